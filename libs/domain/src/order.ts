import type { Instant } from './clock.ts';
import type { Event } from './event.ts';

/**
 * The order of events: everything that needs to know which of two events is the later one uses this file
 * (traits, companies, consent, campaigns, timelines). docs/campaigns.md explains it to users.
 */

/** The parts of an event that say when it happened. */
export type Timed = Pick<Event, 'occurredAt'> & Partial<Pick<Event, 'receivedAt' | 'position' | 'request'>>;

/**
 * When an event counts as having happened, in ms: as its sender says, but not later than its arrival. A
 * sender whose clock is ahead must not outrank what comes after it. The `occurredAt` that was sent stays in
 * the log.
 */
export const happenedAt = ({ occurredAt, receivedAt = occurredAt }: Timed): Instant =>
  Math.min(occurredAt, receivedAt);

/** Where an event stands in the order, small enough to keep beside each value that an event has set. */
export interface Place {
  /** `happenedAt` the event. */
  readonly at: Instant;
  /** Absent: the same as `at`. */
  readonly receivedAt?: Instant;
  /** Absent: 0. */
  readonly position?: number;
}

export function placeOf(event: Timed): Place {
  const at = happenedAt(event);
  const { receivedAt = at, position = 0 } = event;
  return { at, ...(receivedAt === at ? {} : { receivedAt }), ...(position === 0 ? {} : { position }) };
}

/**
 * Negative: `a` comes first. By instant, then arrival, then position. 0 leaves it to `seq`: of two such
 * events the one folded later is later.
 */
export const comparePlaces = (a: Place, b: Place): number =>
  a.at - b.at || receiptOf(a) - receiptOf(b) || positionIn(a) - positionIn(b);

/** Negative: `a` was received first. By arrival; what arrived together by instant, then position. */
export const compareReceipts = (a: Place, b: Place): number =>
  receiptOf(a) - receiptOf(b) || a.at - b.at || positionIn(a) - positionIn(b);

/** The order of the events of one stream: instant, arrival, position, `seq`. Never 0 for two events. */
export const compareEvents = (a: Timed & { seq: number }, b: Timed & { seq: number }): number =>
  comparePlaces(placeOf(a), placeOf(b)) || a.seq - b.seq;

const SECOND = 1_000;
/** The start of the second that an instant lies in. */
export const startOfSecond = (instant: Instant): Instant => Math.floor(instant / SECOND) * SECOND;

/**
 * Whether an event may have happened at or after an instant. Many senders give whole seconds: such an event
 * may have happened anywhere in its second.
 */
export function mayBeSince(event: Timed, instant: Instant): boolean {
  const at = happenedAt(event);
  return at >= instant || at === startOfSecond(instant);
}

/** Whether `a` certainly came before `b`: in one request, at an earlier position, and not at a later time. */
export const isProvenBefore = (a: Timed, b: Timed): boolean =>
  a.request !== undefined &&
  a.request === b.request &&
  a.receivedAt === b.receivedAt &&
  positionIn(a) < positionIn(b) &&
  happenedAt(a) <= happenedAt(b);

const receiptOf = ({ at, receivedAt = at }: Place): Instant => receivedAt;
const positionIn = ({ position = 0 }: Pick<Place, 'position'>): number => position;
