import type { Mailbox } from '@herald/addresses';
import type { Channel, ProviderOutcome, Spoken } from '@herald/domain';

interface Outgoing {
  readonly messageId: string;
  /** Opaque; comes back with what the provider reports. Absent in a test, of which nothing is recorded. */
  readonly reference?: string;
}

/** One e-mail to one person, ready to leave. Nothing in it can end a header and begin another. */
export interface OutgoingEmail extends Outgoing {
  readonly channel: 'email';
  readonly from: Mailbox;
  readonly to: string;
  readonly replyTo?: string;
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
  /** Where one click ends the subscription (RFC 8058); absent for what is owed, such as a receipt. */
  readonly unsubscribe?: string;
}

/** One text message to one phone. */
export interface OutgoingSms extends Outgoing {
  readonly channel: 'sms';
  /**
   * E.164, a short code, the alphanumeric name that stands for one, or the SID of a messaging service.
   * Absent: the provider's own.
   */
  readonly from?: string;
  /** E.164. */
  readonly to: string;
  readonly text: string;
}

/** What a key does: the call says this, and tells which key it was. */
export interface MenuChoice {
  /** One of 0–9, * and #. */
  readonly key: string;
  /** May hold pauses: `[pause 2s]`. */
  readonly say: string;
}

/** One phone call. */
export interface OutgoingCall extends Outgoing {
  readonly channel: 'call';
  /** E.164. Absent: the provider's own. */
  readonly from?: string;
  /** E.164. */
  readonly to: string;
  readonly script: readonly Spoken[];
  /** A voice of the provider's; absent: its default. */
  readonly voice?: string;
  /** BCP 47; absent: the provider's default. */
  readonly language?: string;
  /** Empty: nothing can be pressed. */
  readonly menu: readonly MenuChoice[];
}

/** One request to somebody else's server. */
export interface OutgoingWebhook extends Outgoing {
  readonly channel: 'webhook';
  readonly workspace: string;
  readonly url: string;
  /** JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Signs it by Standard Webhooks. */
  readonly secret: string;
}

export interface OutgoingByChannel {
  readonly email: OutgoingEmail;
  readonly sms: OutgoingSms;
  readonly call: OutgoingCall;
  readonly webhook: OutgoingWebhook;
}

/** A message ready to leave, of any channel. */
export type OutgoingMessage = OutgoingByChannel[Channel];

/**
 * Hands messages of one channel to the world. The message id is the provider's reference too, wherever it has
 * a place for one.
 */
export interface Provider<C extends Channel = Channel> {
  readonly channel: C;
  /** Stands in settings, events and metrics. */
  readonly name: string;
  /** ms of wall time after which `send` has answered, whatever happens. A message's lease must outlast it. */
  readonly timeout: number;
  /**
   * Calls that can be under way at once. More would only wait, claimed, and be `unknown` after a crash
   * although they never left.
   */
  readonly connections: number;
  /** What messages come from where a workspace has set nothing. */
  readonly sender?: string | undefined;
  /** It reports opens and clicks by itself, so that links are left as they are. */
  readonly tracks?: boolean;
  /** A rejection counts as `unknown`: it may have left. */
  send(message: OutgoingByChannel[C]): Promise<ProviderOutcome>;
  close(): Promise<void>;
}

/** The providers of each channel; a workspace's settings choose among them and order them. */
export type Providers = { readonly [C in Channel]?: readonly Provider<C>[] };

/** Whether a message is of a channel. */
export const isOf = <C extends Channel>(
  channel: C,
  message: OutgoingMessage,
): message is OutgoingMessage & OutgoingByChannel[C] => message.channel === channel;
