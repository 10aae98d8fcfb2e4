import {
  collections,
  eventsMessages,
  type MessageDocument,
  type SendReturned,
  workspaceTag,
} from '@herald/contracts';
import { deriveId, type Event, type JsonObject, MESSAGE_REPORTED, newEvent, streamOf } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import type { TemplateLibrary } from '../templates/library.ts';

/**
 * A mail came back that names a message by an address that Herald signed: a bounce, a complaint, or the wish
 * to unsubscribe. It is recorded like a provider's report, or like a click on the message's link. Throws
 * while the message cannot be found: it was written before it left.
 */
export type OnReturned = (returned: SendReturned) => Promise<void>;

export interface OnReturnedDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'log'> {
  /** Every workspace that sends has templates. */
  readonly library: Pick<TemplateLibrary, 'inUse' | 'version'>;
  readonly linkSecret: string;
}

const SOURCE = 'callbacks/mail';

export function createOnReturned({ store, broker, log, library, linkSecret }: OnReturnedDeps): OnReturned {
  const messages = store.collection(collections.messages);

  const find = async ({ messageId, workspaceTag: tag }: SendReturned) => {
    const workspaces = new Set(library.inUse().map(({ workspace }) => workspace));
    for (const workspace of workspaces) {
      if (workspaceTag(workspace, linkSecret) !== tag) continue;
      const doc = await messages.get(workspace, messageId);
      if (doc !== undefined) return doc;
    }
    return undefined;
  };

  const unsubscribed = async ({ workspace, state }: MessageDocument): Promise<JsonObject> => {
    const { channel, template, templateVersion } = state;
    const version =
      templateVersion === undefined ? undefined : await library.version(workspace, template, templateVersion);
    const topic = version?.topic;
    return { channel, reason: 'mail', ...(topic === undefined ? {} : { topic }) };
  };

  return async (returned) => {
    const { id: key, messageId, reported, receivedAt } = returned;
    const doc = await find(returned);
    if (doc === undefined) throw new Error(`a mail came back for message ${messageId}, which nobody has`);
    if (doc.state.channel !== 'email') return log.warn({ messageId }, 'a mail came back for what is no mail');
    const [type, data] =
      reported === undefined
        ? ['prospect.unsubscribed', await unsubscribed(doc)]
        : [MESSAGE_REPORTED, { provider: 'smtp', ...reported }];
    const event: Event = newEvent({
      workspace: doc.workspace,
      id: deriveId(type, SOURCE, messageId, key),
      stream: streamOf('prospect', doc.state.prospectId),
      type,
      occurredAt: receivedAt,
      receivedAt,
      source: SOURCE,
      data: { messageId, ...data },
    });
    await broker.publish(eventsMessages([event]));
  };
}
