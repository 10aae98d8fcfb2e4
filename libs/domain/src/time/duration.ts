import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../clock.ts';

/** An ISO 8601 duration, as text: `P2D`, `PT30M`. */
export type DurationText = string;

/** A positive ISO 8601 duration, or throws a RangeError that says what is wrong. */
export function parseDuration(text: DurationText): Temporal.Duration {
  let duration: Temporal.Duration;
  try {
    duration = Temporal.Duration.from(text);
  } catch {
    throw new RangeError(`"${text}" is not an ISO 8601 duration such as P2D or PT30M`);
  }
  if (duration.sign < 0) throw new RangeError(`"${text}" is negative`);
  return duration;
}

/**
 * `from` plus a duration. Days, weeks, months and years are calendar days in `zone`, so that P1D keeps the
 * time of day over a change of the clocks; hours and less are exact.
 */
export const addDuration = (from: Instant, text: DurationText, zone: string): Instant =>
  Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).add(parseDuration(text))
    .epochMilliseconds;
