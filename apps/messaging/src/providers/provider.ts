import type { ProviderOutcome } from '@herald/domain';
import type { Mailbox } from '../addresses/email-address.ts';

/** One e-mail to one person, ready to leave. Nothing in it can end a header and begin another. */
export interface OutgoingEmail {
  readonly messageId: string;
  readonly from: Mailbox;
  readonly to: string;
  readonly replyTo?: string;
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
  /** Where one click ends the subscription (RFC 8058); absent for what is owed, such as a receipt. */
  readonly unsubscribe?: string;
}

/** Hands messages to the world. The message id is the provider's reference too, wherever it has a place for one. */
export interface Provider {
  /** Stands in events and metrics. */
  readonly name: string;
  /** ms of wall time after which `send` has answered, whatever happens. A message's lease must outlast it. */
  readonly timeout: number;
  /** Calls that can be under way at once. More would only wait, claimed, and be `unknown` after a crash although they never left. */
  readonly connections: number;
  /** A rejection counts as `unknown`: it may have left. */
  send(message: OutgoingEmail): Promise<ProviderOutcome>;
  close(): Promise<void>;
}
