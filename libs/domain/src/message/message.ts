import type { Instant } from '../clock.ts';
import type { Event } from '../event.ts';
import type { JsonObject } from '../json.ts';

export type Channel = 'email' | 'sms' | 'call' | 'webhook';

/** What a message is, from the moment it is asked for. Every event about a message carries it. */
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
 * Where a message stands (section 7 of the design). `sending` is not among them: it is a lease on the document, not a fact.
 * `scheduled` covers a later due time as well as the wait before another attempt.
 */
export type MessageStatus =
  | 'requested'
  | 'scheduled'
  | 'sent'
  | 'delivered'
  | 'opened'
  | 'clicked'
  | 'suppressed'
  | 'failed'
  | 'expired'
  | 'withdrawn'
  | 'bounced'
  | 'complained'
  | 'unknown';

/** The outcomes that may be told of a message; its event is of type `<channel>.<outcome>`. */
export type MessageOutcome = Exclude<MessageStatus, 'requested'>;

/** The data of an event about a message. `version` orders the fold: one that is not newer changes nothing. */
export interface MessageFacts {
  readonly version: number;
  /** Why: always set for an outcome that is not a success. */
  readonly reason?: string;
  readonly to?: string;
  readonly templateVersion?: number;
  readonly provider?: string;
  readonly providerId?: string;
  /** When it leaves, or is tried again. */
  readonly dueAt?: Instant;
  /** Calls of a provider so far. */
  readonly attempts: number;
}

export interface MessageState extends MessageIdentity {
  readonly status: MessageStatus;
  readonly version: number;
  readonly dueAt: Instant;
  readonly attempts: number;
  readonly changedAt: Instant;
  readonly reason?: string;
  readonly to?: string;
  readonly templateVersion?: number;
  readonly provider?: string;
  readonly providerId?: string;
  readonly sentAt?: Instant;
}

const OUTCOMES: ReadonlySet<string> = new Set<MessageOutcome>([
  'scheduled',
  'sent',
  'delivered',
  'opened',
  'clicked',
  'suppressed',
  'failed',
  'expired',
  'withdrawn',
  'bounced',
  'complained',
  'unknown',
]);
const CHANNELS: ReadonlySet<string> = new Set<Channel>(['email', 'sms', 'call', 'webhook']);

/** The channel and outcome an event's type names, or undefined when it is not about a message. */
export function parseMessageType(type: string): { channel: Channel; outcome: MessageOutcome } | undefined {
  const [channel, outcome, ...rest] = type.split('.');
  if (rest.length > 0 || !CHANNELS.has(channel ?? '') || !OUTCOMES.has(outcome ?? '')) return undefined;
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

/** Folds one event into a message. An event that is not about a message, or not newer than the state, changes nothing. */
export function evolveMessage(state: MessageState | undefined, event: Event): MessageState | undefined {
  const told = parseMessageType(event.type);
  if (told === undefined) return state;
  const data = event.data as JsonObject & MessageIdentity & MessageFacts;
  if (state !== undefined && data.version <= state.version) return state;
  return {
    messageId: data.messageId,
    prospectId: data.prospectId,
    channel: told.channel,
    template: data.template,
    campaignId: data.campaignId,
    campaignVersion: data.campaignVersion,
    enrollmentId: data.enrollmentId,
    stepId: data.stepId,
    requestedAt: data.requestedAt,
    status: told.outcome,
    version: data.version,
    dueAt: data.dueAt ?? state?.dueAt ?? data.requestedAt,
    attempts: data.attempts,
    changedAt: event.occurredAt,
    ...optional('reason', data.reason),
    ...optional('to', data.to ?? state?.to),
    ...optional('templateVersion', data.templateVersion ?? state?.templateVersion),
    ...optional('provider', data.provider ?? state?.provider),
    ...optional('providerId', data.providerId ?? state?.providerId),
    ...optional('sentAt', told.outcome === 'sent' ? event.occurredAt : state?.sentAt),
  };
}

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]: V });

/** Statuses from which a message may still leave by itself. */
export const mayStillLeave = (status: MessageStatus): boolean =>
  status === 'requested' || status === 'scheduled';
