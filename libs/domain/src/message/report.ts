import type { Instant } from '../clock.ts';
import type { Event } from '../event.ts';
import { isObject, type JsonObject, type JsonValue } from '../json.ts';
import {
  type MessageFacts,
  type MessageOutcome,
  type MessageState,
  type MessageStatus,
  statusOf,
} from './message.ts';
import { type MessageTransition, withoutGaps } from './transition.ts';

/**
 * The type of the event for what a provider, or Herald's own tracking, reports about a message. Messaging
 * records what follows from it.
 */
export const MESSAGE_REPORTED = 'message.reported';

/** What can be reported about a message after the attempt. */
export type ReportedOutcome = Exclude<
  MessageOutcome,
  'scheduled' | 'suppressed' | 'expired' | 'withdrawn' | 'unknown'
>;

/** The data of an event of type `message.reported`. */
export interface ReportFacts
  extends Pick<
    MessageFacts,
    'provider' | 'providerId' | 'reason' | 'bounce' | 'url' | 'key' | 'answeredBy' | 'machine'
  > {
  readonly messageId: string;
  readonly outcome: ReportedOutcome;
  /** Why this was a program that looks at mail, and no person: it is kept, and changes nothing. */
  readonly scanner?: string;
}

/** What was reported, by which event, and for which instant. */
export interface MessageReport extends ReportFacts {
  readonly id: string;
  readonly at: Instant;
}

/**
 * Reported statuses only move up these ranks, so the order in which reports arrive does not matter. A bounce
 * or a failure after a click stands, because later messages depend on it; a complaint stands above all.
 */
const RANK: Readonly<Record<ReturnType<typeof statusOf>, number>> = {
  scheduled: 0,
  suppressed: 0,
  expired: 0,
  withdrawn: 0,
  unknown: 0,
  sent: 1,
  delivered: 2,
  answered: 2,
  opened: 3,
  completed: 3,
  clicked: 4,
  busy: 5,
  no_answer: 5,
  failed: 5,
  bounced: 6,
  complained: 7,
};

/** The status after a report, or after the record of an attempt whose report came first. */
export function statusAfterReport(
  state: MessageState,
  outcome: MessageOutcome,
  facts: Pick<MessageFacts, 'machine'> = {},
): MessageStatus {
  // A program that fetches pictures ahead has the message, and nobody has seen it.
  const reported = outcome === 'opened' && facts.machine ? 'delivered' : statusOf(outcome);
  return RANK[reported] > rankOf(state) ? reported : state.status;
}

/** A report outranks what Herald assumes; that the provider took the message counts as a report. */
const rankOf = ({ status, reported }: MessageState): number => {
  if (status === 'requested') return 0;
  return reported || status === 'sent' ? RANK[status] : 0;
};

/** What can happen again, and is recorded each time. */
const AGAIN: ReadonlySet<ReportedOutcome> = new Set(['opened', 'clicked', 'deferred', 'key_pressed']);

/**
 * What to record because of a report; undefined: nothing new. Any report proves that the provider has the
 * message, so it also resolves `unknown`. It may come before the attempt is recorded.
 */
export function decideReport(state: MessageState, report: MessageReport): MessageTransition | undefined {
  const { outcome, scanner, id, at, messageId: _known, ...facts } = report;
  const { provider = facts.provider, providerId = facts.providerId } = state;
  if (scanner !== undefined) return undefined;
  const status = statusAfterReport(state, outcome, facts);
  const moves = status !== state.status;
  if (!moves && outcome === 'sent') return undefined;
  if (!moves && outcome === state.status && !AGAIN.has(outcome)) return undefined;
  return {
    outcome,
    facts: { ...facts, ...withoutGaps({ provider, providerId }), reported: true },
    ...(moves && status === outcome ? {} : { status }),
    report: { id, at },
  };
}

const OUTCOMES: ReadonlySet<JsonValue | undefined> = new Set<ReportedOutcome>([
  'sent',
  'delivered',
  'opened',
  'clicked',
  'answered',
  'completed',
  'busy',
  'no_answer',
  'failed',
  'bounced',
  'complained',
  'deferred',
  'key_pressed',
]);

/** The report that an event of type `message.reported` holds; undefined for one that holds none. */
export function readReport({ id, occurredAt, data }: Event): MessageReport | undefined {
  if (!isReportFacts(data)) return undefined;
  return { ...data, id, at: occurredAt };
}

const isReportFacts = (data: JsonObject): data is JsonObject & ReportFacts =>
  isObject(data) && typeof data.messageId === 'string' && OUTCOMES.has(data.outcome);
