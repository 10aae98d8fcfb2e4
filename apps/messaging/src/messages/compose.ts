import { emailAddress, isHeaderSafe, type Mailbox, parseMailbox } from '@herald/addresses';
import { messageReference, signUnsubscribe, type TemplateVersionDocument } from '@herald/contracts';
import { isObject, type JsonObject } from '@herald/domain';
import { type Renderer, TemplateError, type TemplateSources } from '@herald/templates';
import { NO_MAIL_SENDER, noSecret, WEBHOOK_SECRET } from '../addresses/senders.ts';
import { type CallContent, callContent } from '../channels/call.ts';
import type { EmailContent } from '../channels/email.ts';
import { type SmsContent, smsContent } from '../channels/sms.ts';
import { channelTemplates } from '../channels/templates.ts';
import { type WebhookContent, webhookContent } from '../channels/webhook.ts';
import type { OutgoingMessage } from '../providers/provider.ts';
import type { Settings } from '../settings/settings.ts';
import { contentOf } from '../templates/content.ts';
import { localityOf, type TemplateData, type TemplateSubject, templateData } from '../templates/data.ts';
import type { TemplateLibrary } from '../templates/library.ts';

/**
 * There is nothing to send from: neither the workspace's settings nor the configuration name a sender, or a
 * secret to sign with.
 */
export class NoSenderError extends Error {
  override readonly name = 'NoSenderError';
}

/** What a message says, before it is known whom it is from. */
export type Content = EmailContent | SmsContent | CallContent | WebhookContent;

/** Makes messages out of templates: the one way, for sending, previews and tests alike. */
export interface Compose {
  /**
   * The unsubscribe link of a message to somebody, or, when it is to nobody, one that does nothing; undefined
   * for what is owed.
   */
  unsubscribeLink(
    version: TemplateVersionDocument,
    message: { readonly id: string; readonly prospectId: string } | undefined,
  ): string | undefined;
  /** Rejects with `TemplateError`. `over` stands in for parts of the data, by name. */
  content(version: TemplateVersionDocument, subject: TemplateSubject, over?: TemplateData): Promise<Content>;
  /** What leaves. Rejects with `TemplateError` or `NoSenderError`. */
  message(
    version: TemplateVersionDocument,
    subject: TemplateSubject,
    to: string,
    options?: ComposeOptions,
  ): Promise<OutgoingMessage>;
}

interface ComposeOptions {
  readonly over?: TemplateData;
  /** A test: nothing that is reported of it belongs to a message. */
  readonly isTest?: boolean;
}

export interface ComposeDeps {
  readonly library: TemplateLibrary;
  readonly renderer: Renderer;
  readonly settings: Settings;
  readonly linkSecret: string;
  readonly publicUrl: string;
  /** For workspaces that have set none. */
  readonly sender?: Mailbox | undefined;
  readonly defaultZone: string;
  /** A secret of a workspace by its name, to sign webhooks. */
  readonly secret: (workspace: string, name: string) => string | undefined;
}

export function createCompose(deps: ComposeDeps): Compose {
  const { library, renderer, settings } = deps;
  const publicUrl = deps.publicUrl.replace(/\/+$/, '');

  const sourcesOf = async (version: TemplateVersionDocument): Promise<TemplateSources> => {
    const { workspace, layout: layoutId } = version;
    const layout = layoutId === undefined ? undefined : await library.latest(workspace, layoutId);
    if (layoutId !== undefined && layout === undefined)
      throw new TemplateError([{ reason: `its layout ${layoutId} is gone` }]);
    const names = new Set([...(version.partials ?? []), ...(layout?.partials ?? [])]);
    return {
      ...textsOf(version),
      ...(layout === undefined ? {} : { layout: textsOf(layout) }),
      ...(names.size > 0 && { partials: await partialsOf(workspace, names) }),
    };
  };

  /** As they are now, like a layout. One that is gone is the fault of the template that takes it in. */
  const partialsOf = async (
    workspace: string,
    names: ReadonlySet<string>,
  ): Promise<TemplateSources['partials']> => {
    const found = await Promise.all(
      [...names].map(async (name) => [name, await library.latest(workspace, name)] as const),
    );
    return Object.fromEntries(
      found.flatMap(([name, partial]) => (partial === undefined ? [] : [[name, textsOf(partial)]])),
    );
  };

  const content: Compose['content'] = async (version, subject, over = {}) => {
    const { workspace, templateId, n, channel } = version;
    const data = { ...templateData(subject), ...over };
    const job = {
      workspace,
      template: `${templateId}@${n}`,
      data,
      // Of whom the template is about: in a preview that may be a sample.
      locality: localityOf(traitsOf(data.prospect), settings.of(workspace).zone ?? deps.defaultZone),
    };
    if (channel === 'email')
      return { channel, ...(await renderer.render({ ...job, sources: await sourcesOf(version) })) };
    const texts = await renderer.plain({
      ...job,
      plain: channelTemplates[channel].plain(contentOf(version)),
    });
    switch (channel) {
      case 'sms':
        return smsContent(texts);
      case 'call':
        return callContent(version, texts);
      case 'webhook':
        return webhookContent(version, texts);
      case 'layout':
      case 'partial':
        throw new TemplateError([{ reason: `it is a ${channel}` }]);
      default: {
        const unknown: never = channel;
        return unknown;
      }
    }
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
      if (transactional === true || channel === 'webhook') return undefined;
      if (message === undefined) return `${publicUrl}/u/preview`;
      const claim = {
        ...{ workspace, prospectId: message.prospectId, channel, messageId: message.id },
        ...(topic === undefined ? {} : { topic }),
      };
      return `${publicUrl}/u/${signUnsubscribe(claim, deps.linkSecret)}`;
    },
    async message(version, subject, to, { over, isTest = false } = {}) {
      const { workspace } = version;
      const senders = settings.of(workspace).senders ?? {};
      const identity = {
        messageId: subject.message.messageId,
        ...(isTest ? {} : { reference: reference(workspace, subject) }),
      };
      const said = await content(version, subject, over);
      switch (said.channel) {
        case 'email': {
          const { from = deps.sender, replyTo } = senders.email ?? {};
          if (from === undefined) throw new NoSenderError(NO_MAIL_SENDER);
          // In ASCII, which every provider takes.
          const sender = { ...from, email: emailAddress(from.email) ?? from.email };
          const answers = replyTo === undefined ? {} : { replyTo: emailAddress(replyTo) ?? replyTo };
          const unsubscribe = subject.unsubscribe === undefined ? {} : { unsubscribe: subject.unsubscribe };
          refuseUnsafe(to, from.email, from.name, replyTo, said.subject, identity.messageId);
          return {
            ...identity,
            ...said,
            from: sender,
            to,
            ...answers,
            ...unsubscribe,
          };
        }
        case 'sms': {
          const { text, channel } = said;
          return { ...identity, channel, text, to, ...senders.sms };
        }
        case 'call':
          return { ...identity, ...said, to, ...senders.call };
        case 'webhook': {
          const name = senders.webhook?.secret ?? WEBHOOK_SECRET;
          const secret = deps.secret(workspace, name);
          if (secret === undefined) throw new NoSenderError(noSecret(workspace, name));
          return { ...identity, ...said, workspace, url: to, secret };
        }
        default: {
          const unknown: never = said;
          return unknown;
        }
      }
    },
  };
}

/**
 * Each of these becomes a header, and was looked at where it came in: that none is two headers must not hang
 * on one place.
 */
function refuseUnsafe(...headers: readonly (string | undefined)[]): void {
  if (headers.some((text) => text !== undefined && !isHeaderSafe(text)))
    throw new TemplateError([{ reason: 'something in its headers has a line break or a control character' }]);
}

const traitsOf = (prospect: unknown): JsonObject =>
  isObject(prospect) && isObject(prospect.traits) ? (prospect.traits as JsonObject) : {};

const textsOf = (version: TemplateVersionDocument): Omit<TemplateSources, 'layout'> => {
  const { subject, preheader, html, text } = version;
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(preheader === undefined ? {} : { preheader }),
    ...(html === undefined ? {} : { html }),
    ...(text === undefined ? {} : { text }),
  };
};

/** The configured sender. Throws for what is no mailbox: a start must not succeed with it. */
export function senderOf(text: string | undefined): Mailbox | undefined {
  if (text === undefined) return undefined;
  const mailbox = parseMailbox(text);
  if (mailbox === undefined)
    throw new Error('SENDER must be an address, or a name and an address: Herald <news@example.com>');
  return mailbox;
}
