import type { Instant } from '../clock.ts';
import type { Channel } from '../message/message.ts';
import { addDuration, type DurationText } from '../time/duration.ts';

/** No more than `count` calls of a provider within `per`, evenly. */
export interface Rate {
  readonly count: number;
  /** ISO 8601: `PT1S`, `PT1M`. */
  readonly per: DurationText;
}

/** A rate of a workspace: of one channel, or of one provider in it. */
export interface ChannelRate extends Rate {
  readonly channel: Channel;
  /** By its name, such as `sendgrid`; every provider of the channel together unless told. */
  readonly provider?: string;
}

/** The right to make `count` calls from now until `until`. */
export interface RateGrant {
  readonly count: number;
  readonly until: Instant;
  /** When the next may be given: the new `nextAt` of the rate. */
  readonly nextAt: Instant;
}

/** ms of wall time between two calls at an even pace. */
export const paceOf = ({ count, per }: Rate): number => addDuration(0, per, 'UTC') / count;

/**
 * How much of a rate is given out at once, in ms: a write for so many calls, and a burst no longer than this.
 */
export const GRANT_SPAN = 250;

/**
 * The next calls of a rate, or when to ask again. `nextAt` is when the calls given out so far are used up at
 * an even pace (undefined before the first). This is virtual scheduling: one number, moved on by what is
 * given, so within any time t no more than a grant and rate × t are given.
 */
export function grantOf(
  rate: Rate,
  nextAt: Instant | undefined,
  now: Instant,
  rateOfClock = 1,
): RateGrant | { readonly count: 0; readonly nextAt: Instant } {
  if (nextAt !== undefined && nextAt > now) return { count: 0, nextAt };
  // What is promised to providers is promised by the wall's clock, also where ours runs faster.
  const each = paceOf(rate) * rateOfClock;
  const size = Math.max(1, Math.floor((GRANT_SPAN * rateOfClock) / each));
  const length = Math.max(1, Math.ceil(size * each));
  return {
    count: size,
    until: now + Math.max(length, Math.ceil(GRANT_SPAN * rateOfClock)),
    nextAt: now + length,
  };
}
