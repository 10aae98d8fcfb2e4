/** Milliseconds since the Unix epoch. Herald uses ISO 8601 only at its edges. */
export type Instant = number;

/**
 * Where the time comes from. `rate` is how fast this clock runs against the wall clock: 1, save in demos and
 * tests, where two weeks pass in a minute. Due times are on this clock. Technical times (leases, back-offs,
 * time-outs) are in wall time: `wall(clock, ms)`.
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
