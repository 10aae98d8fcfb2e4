import type { TemplateVersionDocument } from '@herald/contracts';
import { signUnsubscribe } from '@herald/contracts';
import { type Mailbox, parseMailbox } from '../addresses/email-address.ts';
import type { OutgoingEmail } from '../providers/provider.ts';
import type { Settings } from '../settings/settings.ts';
import { localityOf, type TemplateData, type TemplateSubject, templateData } from '../templates/data.ts';
import type { TemplateLibrary } from '../templates/library.ts';
import { type Rendered, TemplateError, type TemplateSources } from '../templates/rendering/parts.ts';
import type { Renderer } from '../templates/rendering/renderer.ts';

/** There is no address to send from: neither the workspace's settings nor the configuration name one. */
export class NoSenderError extends Error {
  override readonly name = 'NoSenderError';
}

/** Makes messages out of templates: the one way, for sending, previews and tests alike. */
export interface Compose {
  /** The unsubscribe link of a message to somebody, or, when it is to nobody, one that does nothing; undefined for what is owed. */
  unsubscribeLink(
    version: TemplateVersionDocument,
    message: { readonly id: string; readonly prospectId: string } | undefined,
  ): string | undefined;
  /** Rejects with `TemplateError`. `over` stands in for parts of the data, by name. */
  render(version: TemplateVersionDocument, subject: TemplateSubject, over?: TemplateData): Promise<Rendered>;
  /** What leaves. Rejects with `TemplateError` or `NoSenderError`. */
  email(
    version: TemplateVersionDocument,
    subject: TemplateSubject,
    to: string,
    over?: TemplateData,
  ): Promise<OutgoingEmail>;
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
}

export function createCompose(deps: ComposeDeps): Compose {
  const { library, renderer, settings } = deps;
  const publicUrl = deps.publicUrl.replace(/\/+$/, '');

  const sourcesOf = async (version: TemplateVersionDocument): Promise<TemplateSources> => {
    const { workspace, layout: layoutId } = version;
    const layout = layoutId === undefined ? undefined : await library.latest(workspace, layoutId);
    if (layoutId !== undefined && layout === undefined)
      throw new TemplateError([{ reason: `its layout ${layoutId} is gone` }]);
    return { ...textsOf(version), ...(layout === undefined ? {} : { layout: textsOf(layout) }) };
  };

  const render: Compose['render'] = async (version, subject, over = {}) => {
    const { workspace, templateId, n } = version;
    const data = { ...templateData(subject), ...over };
    return renderer.render({
      workspace,
      template: `${templateId}@${n}`,
      sources: await sourcesOf(version),
      data,
      locality: localityOf(subject.prospect.traits, settings.of(workspace).zone ?? deps.defaultZone),
    });
  };

  return {
    render,
    unsubscribeLink({ workspace, transactional, channel }, message) {
      if (transactional === true) return undefined;
      if (message === undefined) return `${publicUrl}/u/preview`;
      const claim = { workspace, prospectId: message.prospectId, channel, messageId: message.id };
      return `${publicUrl}/u/${signUnsubscribe(claim, deps.linkSecret)}`;
    },
    async email(version, subject, to, over) {
      const { sender = deps.sender, replyTo } = settings.of(version.workspace);
      if (sender === undefined) throw new NoSenderError('neither the settings nor SENDER name a sender');
      const rendered = await render(version, subject, over);
      return {
        messageId: subject.message.messageId,
        from: sender,
        to,
        ...(replyTo === undefined ? {} : { replyTo }),
        ...rendered,
        ...(subject.unsubscribe === undefined ? {} : { unsubscribe: subject.unsubscribe }),
      };
    },
  };
}

const textsOf = ({ subject, html, text }: TemplateVersionDocument): Omit<TemplateSources, 'layout'> => ({
  ...(subject === undefined ? {} : { subject }),
  ...(html === undefined ? {} : { html }),
  ...(text === undefined ? {} : { text }),
});

/** The configured sender. Throws for what is no mailbox: a start must not succeed with it. */
export function senderOf(text: string | undefined): Mailbox | undefined {
  if (text === undefined) return undefined;
  const mailbox = parseMailbox(text);
  if (mailbox === undefined)
    throw new Error('SENDER must be an address, or a name and an address: Herald <news@example.com>');
  return mailbox;
}
