import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../clock.ts';
import { WEEKDAYS, type Weekday } from './weekday.ts';

/** A time of the day, on some days of the week. */
export interface LocalTime {
  /** `HH:MM`. */
  readonly at: string;
  /** Default: every day. */
  readonly days?: readonly Weekday[];
}

/**
 * The first instant not before `from` at which a clock in `zone` shows `until.at`, on one of `until.days`.
 * Where the clocks skip that time (spring) it is the instant the skip leads to; where it comes twice (autumn)
 * it is the first: exactly one instant a day.
 */
export function nextLocalTime(from: Instant, until: LocalTime, zone: string): Instant {
  const at = Temporal.PlainTime.from(until.at);
  let day = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate();
  // Eight days hold every weekday after today once, even if today's time has passed.
  for (let tries = 0; tries < 9; tries += 1) {
    const candidate = day.toZonedDateTime({ timeZone: zone, plainTime: at }).epochMilliseconds;
    const weekday = WEEKDAYS[day.dayOfWeek - 1];
    if (candidate >= from && weekday !== undefined && (until.days?.includes(weekday) ?? true))
      return candidate;
    day = day.add({ days: 1 });
  }
  throw new RangeError(`no day of ${String(until.days)} has ${until.at}`);
}
