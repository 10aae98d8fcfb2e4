import type { Mailbox } from '@herald/addresses';
import type { Senders, TemplateVersionDocument } from '@herald/contracts';
import type { Channel, JsonObject } from '@herald/domain';
import type { Fault } from '@herald/http';
import type { Document } from '@herald/store';
import type { PlainSources, Rendered, TemplateSources } from '@herald/templates';
import type { TProperties, TSchema } from 'typebox';
import type { Outgoing, Provider } from '../providers/provider.ts';
import type { DkimKeys } from './email/dkim/dkim-keys.ts';
import type { OutgoingCopies } from './email/outgoing-copies.ts';
import type { OutgoingFile } from './email/outgoing-file.ts';
import type { ReturnPath } from './email/return-path.ts';

/**
 * All that messaging must know of one channel. A channel is a folder here that exports one of these, and a
 * line in `index.ts`.
 */
export interface ChannelDefinition<
  Name extends Channel = Channel,
  M extends Outgoing = Outgoing,
  C extends Content = Content,
> {
  readonly template: ChannelTemplate<C>;
  readonly address: ChannelAddress<M>;
  readonly sender: ChannelSender<Name>;
  readonly providers: ChannelProviders<M>;
  /** The message that leaves. Throws `TemplateError` or `NoSenderError`. */
  outgoing(content: C, envelope: Envelope): M;
  /** Whether a message that is not owed carries a link to unsubscribe. */
  readonly canUnsubscribe: boolean;
  /** Default: the policy in `send/retry-policy.ts`. */
  readonly retry?: ChannelRetry;
  /**
   * Each address is another server: it has a gate of its own in each workspace, and what it answers is the
   * workspace's to read.
   */
  readonly isPerReceiver?: boolean;
  /** The message with tracking of opens and clicks. Absent: the channel has no place for it. */
  track?(message: M, links: TrackingLinks): M;
}

/** What an author sends. Each channel defines its fields; `docs/channels.md` explains them. */
export type TemplateContent = Omit<
  TemplateVersionDocument,
  keyof Document | 'templateId' | 'n' | 'savedAt' | 'partials'
>;

/** What templates of one kind hold: of a channel, or of what mails take in. */
export interface TemplateKind {
  /** The fields it may have, beside `channel`. */
  readonly fields: TProperties;
  /** Faults that neither the schema nor the template language finds. */
  faults(content: TemplateContent): Fault[];
  /** Its texts in the template language: `mail` for e-mail, `plain` for all others. */
  sources(content: TemplateContent): { readonly mail?: TemplateSources; readonly plain?: PlainSources };
}

/** A kind of template that makes messages. */
export interface ChannelTemplate<C extends Content = Content> extends TemplateKind {
  /** The fields of its content, as a preview shows them. */
  readonly preview: TProperties;
  /** What it says to somebody. Rejects with `TemplateError`. */
  compose(content: TemplateContent, render: Render): Promise<C>;
}

/** What a message says, before it is known whom it is from. */
export interface Content {
  readonly channel: Channel;
}

/** Renders a template's sources with the data of one message. Both reject with `TemplateError`. */
interface Render {
  /** With the layout and the partials that the template takes in, and the campaign's parameters on links. */
  mail(sources: TemplateSources): Promise<Rendered>;
  plain(sources: PlainSources): Promise<Readonly<Record<string, string>>>;
  /** A text with the campaign's parameters on its links. */
  linked(text: string): string;
}

/** What a message needs beside its content in order to leave. */
export interface Envelope extends SenderContext {
  readonly messageId: string;
  /** Absent in a test. */
  readonly reference?: string;
  readonly to: string;
  /** Of e-mail: others who get it. */
  readonly copies?: OutgoingCopies | undefined;
  /** Of e-mail: files that go along. */
  readonly files?: readonly OutgoingFile[] | undefined;
  /** Absent in what is owed, such as a receipt. */
  readonly unsubscribe?: string | undefined;
  /** Absent: mail leaves unsigned. */
  readonly dkim?: DkimKeys | undefined;
  /** Absent: mail comes back to its sender. */
  readonly returnPath?: ReturnPath | undefined;
}

/** Whom a workspace's messages come from. */
export interface SenderContext {
  readonly workspace: string;
  /** What the workspace has set. */
  readonly senders: Senders;
  /** Whether an account of the workspace sends it. Absent: a provider of the installation. */
  readonly isAccount?: boolean;
  /** For e-mail of workspaces that have set none. Undefined also where an account of the workspace sends. */
  readonly defaultSender: Mailbox | undefined;
  /** A secret of the workspace by its name. */
  secret(name: string): string | undefined;
}

/** What messages of a channel come from, or how to set that up. */
export type Sender =
  | {
      /** For an operator to read: an address, a number, the name of the secret that signs. */
      readonly from: string;
      /** Where it is set. */
      readonly setBy: 'settings' | 'installation';
    }
  | { readonly missing: string };

export interface ChannelSender<Name extends Channel = Channel> {
  /** Its part of `senders` in the settings. */
  readonly setting: TSchema;
  /** Faults of that part that its schema does not find; paths begin within it. */
  faults(setting: NonNullable<Senders[Name]>): Fault[];
  /** `own`: what a provider sends from where the workspace has set nothing. */
  of(context: SenderContext, own: string | undefined): Sender;
  /** What follows for a workspace that no longer sets it, as a sentence. */
  whenUnset(hasDefaultSender: boolean): string;
}

export interface ChannelAddress<M extends Outgoing = Outgoing> {
  /** Where a message to somebody goes, as it is stored. `url`: where the campaign says that it goes. */
  find(traits: JsonObject, url: string | undefined): unknown;
  /** In the form in which it is used; undefined: it is no address. `country`: of a national number. */
  parse(value: unknown, country?: string): string | undefined;
  /** What an address is, in words that follow `must be`. */
  readonly description: string;
  /** As it is kept and shown. Default: as it is. */
  shown?(address: string): string;
  /** A provider's reason without the recipient. Default: as it is. */
  hideIn?(reason: string, message: M): string;
}

/** How often a message is tried again. All in ms of wall time. */
interface ChannelRetry {
  /** Between attempts; there is one attempt more than rests. */
  readonly rests: readonly number[];
  /** After its first attempt. */
  readonly maxAge: number;
  /** After which a message of unknown outcome is sent again, whatever the installation says. */
  readonly resendUnknownAfter: number;
}

export interface ChannelProviders<M extends Outgoing = Outgoing> {
  /** The environment variables that choose and set up its providers. */
  readonly config: TProperties;
  /** In the order in which they are tried. Throws `ConfigError`. `config` holds at least `this.config`. */
  create(config: object, publicUrl: string): readonly Provider<M>[];
  /** Shows messages on standard output, for trying things out. Absent: it cannot. */
  console?(): Provider<M>;
  /** How to have a provider, for people. */
  readonly setUp: string;
}

/** What tracking puts into a message. */
export interface TrackingLinks {
  /** Replaces a link; undefined: clicks are not tracked. */
  readonly linkTo: ((target: string) => string) | undefined;
  /** Address of the picture that shows an open; undefined: opens are not tracked. */
  readonly picture: string | undefined;
}

/**
 * There is nothing to send from: neither the workspace's settings nor the configuration name a sender, or a
 * secret to sign with.
 */
export class NoSenderError extends Error {
  override readonly name = 'NoSenderError';
}

/** A fault for each of `fields` that is not there. */
export const missing = (
  content: TemplateContent,
  fields: readonly (keyof TemplateContent & string)[],
): Fault[] =>
  fields.flatMap((field) =>
    content[field] === undefined ? [{ path: `/${field}`, message: 'must be given' }] : [],
  );
