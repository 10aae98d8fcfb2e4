import type { Instant } from '../clock.ts';
import { CHANNELS, type Channel } from './channel.ts';

/** What a message is, from its request on. Every event about a message carries it. */
export interface MessageIdentity {
  readonly messageId: string;
  readonly prospectId: string;
  readonly channel: Channel;
  readonly template: string;
  readonly campaignId: string;
  readonly campaignVersion: number;
  readonly enrollmentId: string;
  readonly stepId: string;
  readonly requestedAt: Instant;
}

/**
 * Where a message stands. `sending` is not among them: it is a lease on the document, not a fact. `scheduled`
 * covers a later due time as well as the wait before another attempt.
 */
export const MESSAGE_STATUSES = [
  'requested',
  'scheduled',
  'sent',
  'delivered',
  'opened',
  'clicked',
  'answered',
  'completed',
  'busy',
  'no_answer',
  'suppressed',
  'failed',
  'expired',
  'withdrawn',
  'bounced',
  'complained',
  'unknown',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/**
 * An outcome that is no status of its own: the receiving server asked for patience; a key was pressed in a
 * call.
 */
export type MessageNote = 'deferred' | 'key_pressed';

/** The outcomes that a message may have; the event of one is of type `<channel>.<outcome>`. */
export type MessageOutcome = Exclude<MessageStatus, 'requested'> | MessageNote;

/** `hard`: there is no such address. `soft`: not now. */
export type Bounce = 'hard' | 'soft';

/** Who else gets a message, and who would have but does not. */
export interface MessageCopies {
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  /** Who was left out, by place, and why: `cc 2: hard bounce`. */
  readonly leftOut?: readonly string[];
}

/** A file of a message: what it was, or why the message left without it. */
export type AttachmentFact =
  | { readonly filename: string; readonly size: number; readonly sha256: string }
  | { readonly filename: string; readonly missing: string };

/** The data of an event about a message. `version` orders the fold: one that is not newer changes nothing. */
export interface MessageFacts {
  readonly version: number;
  /** Why: always set for an outcome that is not a success. */
  readonly reason?: string;
  readonly to?: string;
  readonly templateVersion?: number;
  /** The variant of the template, by its language, or `default`; absent: the template has no variants. */
  readonly locale?: string;
  readonly copies?: MessageCopies;
  readonly attachments?: readonly AttachmentFact[];
  readonly provider?: string;
  readonly providerId?: string;
  /** When it leaves, or is tried again. */
  readonly dueAt?: Instant;
  /** Calls of a provider so far. */
  readonly attempts: number;
  /** Where the message stands after this. Default: where the event's type says. */
  readonly status?: MessageStatus;
  /** The provider said so, after the call. */
  readonly reported?: true;
  readonly bounce?: Bounce;
  /** The provider refused it: the person has unsubscribed there. */
  readonly optedOut?: true;
  /** The link that was followed, without its query and fragment. */
  readonly url?: string;
  /** The key that was pressed. */
  readonly key?: string;
  /** Who answered, as the provider has it: `human`, `machine_start` and so on. */
  readonly answeredBy?: string;
  /** A program opened it, not the person: a mail service that fetches pictures ahead. */
  readonly machine?: true;
}

/** What is known of a call of a provider before it is made: it is recorded whatever the outcome. */
export type CallFacts = Pick<
  MessageFacts,
  'to' | 'templateVersion' | 'locale' | 'copies' | 'attachments' | 'provider'
>;

export interface MessageState extends MessageIdentity {
  readonly status: MessageStatus;
  readonly version: number;
  readonly dueAt: Instant;
  readonly attempts: number;
  readonly changedAt: Instant;
  readonly reason?: string;
  readonly to?: string;
  readonly templateVersion?: number;
  /** As in `MessageFacts`. */
  readonly locale?: string;
  readonly copies?: MessageCopies;
  readonly attachments?: readonly AttachmentFact[];
  readonly provider?: string;
  readonly providerId?: string;
  /** When it left; absent while nothing says that it has. */
  readonly sentAt?: Instant;
  /**
   * `status` is what the provider said, after the call: only its own further reports, or sending it again,
   * change it.
   */
  readonly reported?: true;
  readonly bounce?: Bounce;
}

const OUTCOMES: ReadonlySet<string> = new Set<MessageOutcome>([
  ...MESSAGE_STATUSES.filter((status) => status !== 'requested'),
  'deferred',
  'key_pressed',
]);
const CHANNEL_NAMES: ReadonlySet<string> = new Set(CHANNELS);

/** The channel and outcome an event's type names, or undefined when it is not about a message. */
export function parseMessageType(type: string): { channel: Channel; outcome: MessageOutcome } | undefined {
  const [channel, outcome, ...rest] = type.split('.');
  if (rest.length > 0 || !CHANNEL_NAMES.has(channel ?? '') || !OUTCOMES.has(outcome ?? '')) return undefined;
  return { channel: channel as Channel, outcome: outcome as MessageOutcome };
}

export const initialMessage = (identity: MessageIdentity, dueAt: Instant): MessageState => ({
  ...identity,
  status: 'requested',
  version: 0,
  dueAt,
  attempts: 0,
  changedAt: identity.requestedAt,
});

/**
 * The status that an outcome stands for: a server that defers a message has it; a pressed key is an answer.
 */
export function statusOf(outcome: MessageOutcome): Exclude<MessageStatus, 'requested'> {
  if (outcome === 'deferred') return 'sent';
  return outcome === 'key_pressed' ? 'answered' : outcome;
}

/** Statuses from which a message may still leave by itself. */
export const mayStillLeave = (status: MessageStatus): boolean =>
  status === 'requested' || status === 'scheduled';
