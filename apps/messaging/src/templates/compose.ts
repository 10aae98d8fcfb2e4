import type { Mailbox } from '@herald/addresses';
import {
  messageReference,
  publicLink,
  recipientMark,
  signUnsubscribe,
  type TemplateVersionDocument,
} from '@herald/contracts';
import {
  isObject,
  type JsonObject,
  type MessageCopies,
  type MessageFacts,
  utmParameters,
} from '@herald/domain';
import { type Renderer, TemplateError, type TemplateSources } from '@herald/templates';
import type { Content } from '../channels/channel.ts';
import { type FetchedFile, filesIn, outgoingFiles } from '../channels/email/attachments.ts';
import { type CopyTexts, outgoingCopies, readCopies } from '../channels/email/copies.ts';
import type { DkimKeys } from '../channels/email/dkim/dkim-keys.ts';
import type { ReturnPath } from '../channels/email/return-path.ts';
import { bodySources } from '../channels/email/template.ts';
import { channels } from '../channels/index.ts';
import type { Outgoing } from '../providers/provider.ts';
import type { Settings } from '../settings/settings.ts';
import { sendingOf, streamOf } from '../settings/streams.ts';
import { contentOf } from './content.ts';
import { languageOf, localityOf, type TemplateData, type TemplateSubject, templateData } from './data.ts';
import type { TemplateLibrary } from './library.ts';
import { createUtmLinks, type UtmLinks } from './utm-links.ts';
import { DEFAULT, variantFor } from './variants.ts';

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
  /** What a message says. Rejects with `TemplateError`. */
  content(
    version: TemplateVersionDocument,
    subject: TemplateSubject,
    options?: ContentOptions,
  ): Promise<Composed<{ readonly content: Content }>>;
  /** The message that leaves. Rejects with `TemplateError`, `NoSenderError` or `FileLaterError`. */
  message(
    version: TemplateVersionDocument,
    subject: TemplateSubject,
    to: string,
    options?: MessageOptions,
  ): Promise<Composed<{ readonly message: Outgoing }>>;
}

/** With the facts to record of the message. */
type Composed<What> = What & Pick<MessageFacts, 'locale' | 'copies' | 'attachments'>;

interface ContentOptions {
  /** Replaces parts of the data, by name. */
  readonly over?: TemplateData;
  /** Instead of the person's language. A canonical BCP 47 tag. */
  readonly locale?: string | undefined;
}

interface MessageOptions extends ContentOptions {
  /** A test is no message: nothing may be reported of it. */
  readonly isTest?: boolean;
  /** Whether an account of the workspace sends it: then nothing of the installation's stands in it. */
  readonly isAccount?: boolean;
  /** The files that were fetched for it, by URL. Default: none. */
  readonly fetched?: ReadonlyMap<string, FetchedFile>;
  /** So far. */
  readonly attempts?: number;
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
  readonly returnPath?: ReturnPath | undefined;
  readonly defaultZone: string;
  /** Why nothing may go to a mail address; undefined: something may. */
  readonly whySuppressed: (workspace: string, address: string) => Promise<string | undefined>;
  /** A secret of a workspace by its name, to sign webhooks. */
  readonly secret: (workspace: string, name: string) => string | undefined;
}

export function createCompose(deps: ComposeDeps): Compose {
  const { library, renderer, settings } = deps;
  const { publicUrl } = deps;

  /**
   * The layout and the partials of a mail, as they are now. `locale`: the reader's, where the mail speaks it.
   * A mail in its default language has the default of each part.
   */
  const takenInBy = async (
    version: TemplateVersionDocument,
    locale: string | undefined,
  ): Promise<Pick<TemplateSources, 'layout' | 'partials'>> => {
    const { workspace, layout: layoutId } = version;
    const layout = layoutId === undefined ? undefined : await library.latest(workspace, layoutId);
    if (layoutId !== undefined && layout === undefined)
      throw new TemplateError([{ reason: `its layout ${layoutId} is gone` }]);
    const names = new Set([...(version.partials ?? []), ...(layout?.partials ?? [])]);
    return {
      layout: layout && bodySources(variantFor(layout, locale).content),
      partials: await partialsOf(workspace, names, locale),
    };
  };

  /** As they are now, like a layout. If one is gone, the template that takes it in has a fault. */
  const partialsOf = async (
    workspace: string,
    names: ReadonlySet<string>,
    locale: string | undefined,
  ): Promise<TemplateSources['partials']> => {
    const found = await Promise.all(
      [...names].map(async (name) => [name, await library.latest(workspace, name)] as const),
    );
    return Object.fromEntries(
      found.flatMap(([name, partial]) =>
        partial === undefined ? [] : [[name, bodySources(variantFor(partial, locale).content)]],
      ),
    );
  };

  const content: Compose['content'] = async (version, subject, { over = {}, locale: wanted } = {}) => {
    const { workspace, templateId, n, channel } = version;
    if (channel === 'layout' || channel === 'partial')
      throw new TemplateError([{ reason: `it is a ${channel}` }]);
    // Of the person in the data: in a preview that may be a sample.
    const traits = traitsOf(over.prospect ?? subject.prospect);
    const reader = wanted ?? languageOf(traits);
    const { content: said, locale } = variantFor(version, reader);
    const spoken = locale === undefined || locale === DEFAULT ? undefined : locale;
    const job = {
      workspace,
      template: `${templateId}@${n}`,
      data: { ...templateData(subject, spoken), ...over },
      locality: localityOf(traits, reader, settings.of(workspace).zone ?? deps.defaultZone),
    };
    const links = version.utm === false ? undefined : linksOf(subject);
    const composed = await channels[channel].template.compose(contentOf(said), {
      mail: async (sources) => {
        const taken = await takenInBy(version, spoken === undefined ? undefined : reader);
        const mail = await renderer.render({ ...job, sources: { ...sources, ...taken } });
        return links?.mail(mail) ?? mail;
      },
      plain: (plain) => renderer.plain({ ...job, plain }),
      linked: (text) => links?.text(text) ?? text,
    });
    return { content: composed, ...(locale !== undefined && { locale }) };
  };

  const copiesOf = async (
    workspace: string,
    said: Content,
    to: string,
  ): Promise<MessageCopies | undefined> => {
    const { cc = [], bcc = [] } = said as Partial<CopyTexts>;
    if (cc.length + bcc.length === 0) return undefined;
    return readCopies({ cc, bcc }, to, (address) => deps.whySuppressed(workspace, address));
  };

  const linksOf = ({ utm, campaign, message }: TemplateSubject): UtmLinks | undefined => {
    if (utm === undefined) return undefined;
    const { stepId: step, template, channel } = message;
    const parameters = utmParameters(utm, { campaign: campaign.id, step, template, channel });
    return createUtmLinks({ utm, parameters, publicUrl });
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
    async message(version, subject, to, given = {}) {
      const { isTest = false, isAccount = false, fetched = NONE, attempts = 0, ...options } = given;
      const { workspace } = version;
      const { content: said, ...composed } = await content(version, subject, options);
      // A test goes to the address given, and to nobody else.
      const copies = isTest ? undefined : await copiesOf(workspace, said, to);
      const { files, facts } = outgoingFiles(filesIn(said), fetched, attempts);
      const token = isTest ? undefined : reference(workspace, subject);
      const message = channels[said.channel].outgoing(said, {
        workspace,
        messageId: subject.message.messageId,
        reference: token,
        to,
        files,
        copies: copies && outgoingCopies(copies, token && recipientMark(deps.linkSecret, token, to)),
        unsubscribe: subject.unsubscribe,
        senders: sendingOf(settings.of(workspace), streamOf(version, settings.of(workspace)))?.senders ?? {},
        defaultSender: isAccount ? undefined : deps.defaultSender,
        isAccount,
        dkim: deps.dkim,
        returnPath: deps.returnPath,
        secret: (name) => deps.secret(workspace, name),
      });
      return {
        message,
        ...composed,
        ...(copies && { copies }),
        ...(facts.length > 0 && { attachments: facts }),
      };
    },
  };
}

const NONE: ReadonlyMap<string, FetchedFile> = new Map();

const traitsOf = (prospect: unknown): JsonObject =>
  isObject(prospect) && isObject(prospect.traits) ? (prospect.traits as JsonObject) : {};

const canUnsubscribe = (channel: TemplateVersionDocument['channel']): boolean =>
  channel === 'layout' || channel === 'partial' || channels[channel].canUnsubscribe;
