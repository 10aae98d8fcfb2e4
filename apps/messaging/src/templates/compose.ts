import type { Mailbox } from '@herald/addresses';
import {
  messageReference,
  publicLink,
  signUnsubscribe,
  type TemplateVersionDocument,
} from '@herald/contracts';
import { isObject, type JsonObject } from '@herald/domain';
import { type Renderer, TemplateError, type TemplateSources } from '@herald/templates';
import type { Content } from '../channels/channel.ts';
import type { DkimKeys } from '../channels/email/dkim/dkim-keys.ts';
import { bodySources } from '../channels/email/template.ts';
import { channels } from '../channels/index.ts';
import type { Outgoing } from '../providers/provider.ts';
import type { Settings } from '../settings/settings.ts';
import { contentOf } from './content.ts';
import { localityOf, type TemplateData, type TemplateSubject, templateData } from './data.ts';
import type { TemplateLibrary } from './library.ts';

/** Makes messages out of templates: one way for sending, previews and tests. */
export interface Compose {
  /**
   * The unsubscribe link of a message. Without a message: a link that does nothing. Undefined: transactional
   * messages and those of some channels have none.
   */
  unsubscribeLink(
    version: TemplateVersionDocument,
    message: { readonly id: string; readonly prospectId: string } | undefined,
  ): string | undefined;
  /** Rejects with `TemplateError`. `over` replaces parts of the data, by name. */
  content(version: TemplateVersionDocument, subject: TemplateSubject, over?: TemplateData): Promise<Content>;
  /** The message that leaves. Rejects with `TemplateError` or `NoSenderError`. */
  message(
    version: TemplateVersionDocument,
    subject: TemplateSubject,
    to: string,
    options?: ComposeOptions,
  ): Promise<Outgoing>;
}

interface ComposeOptions {
  readonly over?: TemplateData;
  /** A test is no message: nothing may be reported of it. */
  readonly isTest?: boolean;
}

export interface ComposeDeps {
  readonly library: TemplateLibrary;
  readonly renderer: Renderer;
  readonly settings: Settings;
  readonly linkSecret: string;
  readonly publicUrl: string;
  /** For workspaces that have set none. */
  readonly defaultSender?: Mailbox | undefined;
  readonly dkim?: DkimKeys | undefined;
  readonly defaultZone: string;
  /** A secret of a workspace by its name, to sign webhooks. */
  readonly secret: (workspace: string, name: string) => string | undefined;
}

export function createCompose(deps: ComposeDeps): Compose {
  const { library, renderer, settings } = deps;
  const { publicUrl } = deps;

  /** The layout and the partials of a mail, as they are now. */
  const takenInBy = async (
    version: TemplateVersionDocument,
  ): Promise<Pick<TemplateSources, 'layout' | 'partials'>> => {
    const { workspace, layout: layoutId } = version;
    const layout = layoutId === undefined ? undefined : await library.latest(workspace, layoutId);
    if (layoutId !== undefined && layout === undefined)
      throw new TemplateError([{ reason: `its layout ${layoutId} is gone` }]);
    const names = new Set([...(version.partials ?? []), ...(layout?.partials ?? [])]);
    return {
      layout: layout && bodySources(layout),
      partials: await partialsOf(workspace, names),
    };
  };

  /** As they are now, like a layout. If one is gone, the template that takes it in has a fault. */
  const partialsOf = async (
    workspace: string,
    names: ReadonlySet<string>,
  ): Promise<TemplateSources['partials']> => {
    const found = await Promise.all(
      [...names].map(async (name) => [name, await library.latest(workspace, name)] as const),
    );
    return Object.fromEntries(
      found.flatMap(([name, partial]) => (partial === undefined ? [] : [[name, bodySources(partial)]])),
    );
  };

  const content: Compose['content'] = async (version, subject, over = {}) => {
    const { workspace, templateId, n, channel } = version;
    if (channel === 'layout' || channel === 'partial')
      throw new TemplateError([{ reason: `it is a ${channel}` }]);
    const data = { ...templateData(subject), ...over };
    const job = {
      workspace,
      template: `${templateId}@${n}`,
      data,
      // Of the person in the data: in a preview that may be a sample.
      locality: localityOf(traitsOf(data.prospect), settings.of(workspace).zone ?? deps.defaultZone),
    };
    return channels[channel].template.compose(contentOf(version), {
      mail: async (sources) =>
        renderer.render({ ...job, sources: { ...sources, ...(await takenInBy(version)) } }),
      plain: (plain) => renderer.plain({ ...job, plain }),
    });
  };

  const reference = (workspace: string, { message, prospect }: TemplateSubject): string =>
    messageReference(deps.linkSecret, {
      workspace,
      prospectId: prospect.prospectId,
      messageId: message.messageId,
      channel: message.channel,
    });

  return {
    content,
    unsubscribeLink({ workspace, transactional, channel, topic }, message) {
      if (transactional === true || !canUnsubscribe(channel)) return undefined;
      if (message === undefined) return publicLink(publicUrl, '/u/preview');
      const claim = {
        ...{ workspace, prospectId: message.prospectId, channel, messageId: message.id },
        ...(topic === undefined ? {} : { topic }),
      };
      return publicLink(publicUrl, `/u/${signUnsubscribe(claim, deps.linkSecret)}`);
    },
    async message(version, subject, to, { over, isTest = false } = {}) {
      const { workspace } = version;
      const said = await content(version, subject, over);
      return channels[said.channel].outgoing(said, {
        workspace,
        messageId: subject.message.messageId,
        reference: isTest ? undefined : reference(workspace, subject),
        to,
        unsubscribe: subject.unsubscribe,
        senders: settings.of(workspace).senders ?? {},
        defaultSender: deps.defaultSender,
        dkim: deps.dkim,
        secret: (name) => deps.secret(workspace, name),
      });
    },
  };
}

const traitsOf = (prospect: unknown): JsonObject =>
  isObject(prospect) && isObject(prospect.traits) ? (prospect.traits as JsonObject) : {};

const canUnsubscribe = (channel: TemplateVersionDocument['channel']): boolean =>
  channel === 'layout' || channel === 'partial' || channels[channel].canUnsubscribe;
