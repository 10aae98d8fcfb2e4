import type { MessageDocument, TemplateVersionDocument } from '@herald/contracts';
import { type MessageTransition, type TopicRule, whyNotSend } from '@herald/domain';
import { findAddress } from '../channels/index.ts';
import type { Lane } from '../providers/lane.ts';
import type { Settings } from '../settings/settings.ts';
import { sendingOf } from '../settings/streams.ts';
import type { TemplateSubject } from '../templates/data.ts';
import type { TemplateLibrary } from '../templates/library.ts';
import type { ReadCircumstances } from './circumstances.ts';
import type { FindSuppression } from './find-suppression.ts';

/** A message that may leave, as far as the person and the template are concerned. */
export interface Sendable {
  readonly version: TemplateVersionDocument;
  readonly subject: TemplateSubject;
  readonly lane: Lane;
  readonly to: string;
}

/** Whether a message may leave now, or what happens to it instead. All is read at this moment. */
export type Check = (
  doc: MessageDocument,
  lane: Lane | undefined,
  /** The stream for which the lane was chosen. */
  stream: string | undefined,
) => Promise<Sendable | MessageTransition>;

export interface CheckDeps {
  readonly library: Pick<TemplateLibrary, 'latest'>;
  readonly settings: Pick<Settings, 'of'>;
  readonly readCircumstances: ReadCircumstances;
  readonly findSuppression: FindSuppression;
}

export function createCheck({ library, settings, readCircumstances, findSuppression }: CheckDeps): Check {
  /** A topic that nobody has set is one that people can opt out of. */
  const topicOf = (version: TemplateVersionDocument | undefined): TopicRule | undefined => {
    if (version?.topic === undefined) return undefined;
    const { topics = [] } = settings.of(version.workspace);
    return topics.find(({ id }) => id === version.topic) ?? { id: version.topic };
  };

  return async (doc, lane, stream) => {
    const { workspace, state, request } = doc;
    const { channel, template, requestedAt } = state;
    const version = await library.latest(workspace, template);
    const { enrollment, prospect, subject } = await readCircumstances(doc);
    const to = findAddress(channel, prospect?.traits ?? {}, request?.url);
    const refusal = whyNotSend({
      channel,
      requestedAt,
      enrollment,
      prospect,
      transactional: version?.transactional === true,
      topic: topicOf(version),
      address: to,
      suppressedElsewhere: await findSuppression(workspace, channel, to),
    });
    if (refusal !== undefined) return refusal;
    if (subject === undefined) return because('suppressed', 'erased');
    if (sendingOf(settings.of(workspace), stream) === undefined)
      return because('failed', `no_stream: the settings have no stream ${stream}`);
    if (lane === undefined) return because('failed', `no_provider: nothing here sends ${channel}`);
    if (to === undefined) return because('suppressed', 'no_address');
    if (version?.channel !== channel) return because('failed', `template_unknown: ${template}`);
    return { version, subject, lane, to };
  };
}

export const because = (outcome: 'suppressed' | 'failed', reason: string): MessageTransition => ({
  outcome,
  facts: { reason },
});
