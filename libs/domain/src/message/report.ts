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
 * The type of the event that a provider, or the tracking of our own, reported of a message. What follows from
 * it, messaging tells.
 */
export const MESSAGE_REPORTED = 'message.reported';

/** What can be reported of a message after the call. */
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
  /** Why this was no person but a program that looks at mail: it is kept, and means nothing. */
  readonly scanner?: string;
}

/** What was reported, by which event and of when. */
export interface MessageReport extends ReportFacts {
  readonly id: string;
  readonly at: Instant;
}

/**
 * How far each status goes of those that are reported: they only move up, so that whatever the order in which
 * reports come, the last state is the same. A bounce or a failure after a click stands, because it is what
 * later messages must know; a complaint above all.
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

/** The status after a report, or after our own record of a call of which a report came first. */
export function statusAfterReport(
  state: MessageState,
  outcome: MessageOutcome,
  facts: Pick<MessageFacts, 'machine'> = {},
): MessageStatus {
  // A program that fetches pictures ahead has the message, and nobody has seen it.
  const reported = outcome === 'opened' && facts.machine ? 'delivered' : statusOf(outcome);
  return RANK[reported] > rankOf(state) ? reported : state.status;
}

/**
 * What we ourselves believe gives way to any word of the provider's; that it took the message is its word.
 */
const rankOf = ({ status, reported }: MessageState): number => {
  if (status === 'requested') return 0;
  return reported || status === 'sent' ? RANK[status] : 0;
};

/** What can happen again, and is told each time. */
const AGAIN: ReadonlySet<ReportedOutcome> = new Set(['opened', 'clicked', 'deferred', 'key_pressed']);

/**
 * What is told because of a report; undefined: it is no news. Any report proves that the provider has the
 * message, so it also resolves what is `unknown`, and it may come before we have recorded the call.
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
