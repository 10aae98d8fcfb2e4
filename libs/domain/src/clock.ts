/**
 * An instant: milliseconds since the Unix epoch. Inside Herald every instant is one; ISO 8601 stands at the
 * edges.
 */
export type Instant = number;

/**
 * Where the time comes from. `rate` is how fast this clock runs against the wall: 1, save in demos and tests,
 * where two weeks pass in a minute. Due times are on this clock; what is technical (leases, back-offs,
 * time-outs) lasts its length on the wall: `wall(clock, ms)`.
 */
export interface Clock {
  now(): Instant;
  readonly rate: number;
}

/** How many ms of `clock` pass while `ms` pass on the wall. */
export const wall = (clock: Clock, ms: number): number => Math.ceil(ms * clock.rate);

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Fixed spans, in ms. */
export const span = { SECOND, MINUTE, HOUR, DAY } as const;
