import type { Instant } from '../clock.ts';
import type { Channel } from '../message/channel.ts';
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
  /** By its name, such as `sendgrid`. Default: all providers of the channel together. */
  readonly provider?: string;
}

/** The right to make `count` calls from now until `until`. */
export interface RateGrant {
  readonly count: number;
  readonly until: Instant;
  /** When the next grant may be made: the new `nextAt` of the rate. */
  readonly nextAt: Instant;
}

/** ms of wall time between two calls at an even pace. */
export const paceOf = ({ count, per }: Rate): number => addDuration(0, per, 'UTC') / count;

/** How much of a rate one grant covers, in ms: one write for so many calls, and no longer burst than this. */
export const GRANT_SPAN = 250;

/**
 * The next calls of a rate, or when to ask again. `nextAt` is when the calls granted so far are used up at an
 * even pace (undefined before the first). This is virtual scheduling: one number that each grant moves on. So
 * within any time t no more than one grant and rate × t are granted.
 */
export function grantOf(
  rate: Rate,
  nextAt: Instant | undefined,
  now: Instant,
  rateOfClock = 1,
): RateGrant | { readonly count: 0; readonly nextAt: Instant } {
  if (nextAt !== undefined && nextAt > now) return { count: 0, nextAt };
  // Providers count by the wall clock, also where Herald's clock runs faster.
  const each = paceOf(rate) * rateOfClock;
  const size = Math.max(1, Math.floor((GRANT_SPAN * rateOfClock) / each));
  const length = Math.max(1, Math.ceil(size * each));
  return {
    count: size,
    until: now + Math.max(length, Math.ceil(GRANT_SPAN * rateOfClock)),
    nextAt: now + length,
  };
}
