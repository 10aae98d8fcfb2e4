import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../clock.ts';

/**
 * What a text or number says about time: an instant, a time on the clocks of a place not yet named, or a
 * whole day there.
 */
export type When =
  | { readonly kind: 'instant'; readonly at: Instant }
  | { readonly kind: 'local'; readonly dateTime: Temporal.PlainDateTime }
  | { readonly kind: 'day'; readonly date: Temporal.PlainDate };

/**
 * A number from 10⁸ is seconds since 1970, from 10¹¹ it is ms: both ranges begin on 3 March 1973. Smaller
 * numbers are durations, years, or zeros that mean "none"; numbers after 9999-12-31 are microseconds or no
 * time at all.
 */
const FIRST_SECONDS = 1e8;
const FIRST_MS = 1e11;
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const NUMERIC_TEXT = /^\d{9,15}(?:\.\d{1,9})?$/;

const DATE = String.raw`(?<date>\d{4}-\d{2}-\d{2})`;
const CLOCK = String.raw`(?<clock>(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:[.,](?<fraction>\d{1,12}))?`;
const OFFSET = String.raw`(?<offset>[Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)`;
const ISO = new RegExp(`^${DATE}(?:[Tt ]${CLOCK} ?${OFFSET}?)?$`);
/** Earlier years are what programs write for "none" (0000-00-00, 0001-01-01). */
const FIRST_YEAR = '1000';

const FORMS = 'ISO 8601, such as 2026-01-31T09:00:00Z or 2026-01-31, or seconds or ms since 1970';

/**
 * Reads an instant, a local time or a day: ISO 8601 text of the years 1000 to 9999, or seconds or ms since
 * 1970 as a number or as digits; the magnitude decides which. Throws a `RangeError` that says what is wrong;
 * the caller puts the name of the field before it.
 */
export function whenOf(value: unknown): When {
  if (typeof value === 'number' || typeof value === 'bigint')
    return { kind: 'instant', at: fromNumber(value) };
  if (typeof value !== 'string') throw new RangeError(`is not a date: it must be ${FORMS}`);
  if (NUMERIC_TEXT.test(value)) return { kind: 'instant', at: fromNumber(Number(value)) };
  const { date, clock, fraction, offset } = ISO.exec(value)?.groups ?? {};
  if (date === undefined) throw new RangeError(`is not a date: it must be ${FORMS}`);
  if (date < FIRST_YEAR) throw new RangeError('is not a date: years are from 1000 to 9999');
  const day = dayOf(date);
  if (clock === undefined) return { kind: 'day', date: day };
  const ms = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  const dateTime = day.toPlainDateTime(Temporal.PlainTime.from(clock)).with({ millisecond: ms });
  if (offset === undefined) return { kind: 'local', dateTime };
  const zone = /^z$/i.test(offset) ? 'UTC' : offset;
  return { kind: 'instant', at: dateTime.toZonedDateTime(zone).epochMilliseconds };
}

function dayOf(date: string): Temporal.PlainDate {
  try {
    return Temporal.PlainDate.from(date);
  } catch {
    throw new RangeError('is not a date: the calendar has no such day');
  }
}

function fromNumber(value: number | bigint): Instant {
  const number = Number(value);
  if (!Number.isFinite(number) || number < FIRST_SECONDS)
    throw new RangeError(`is not a date: a number must be seconds since 1970, from ${FIRST_SECONDS}, or ms`);
  const at = Math.floor(number < FIRST_MS ? number * 1000 : number);
  if (at > LAST_MS)
    throw new RangeError('is not a date: a number must be seconds or ms since 1970, to the year 9999');
  return at;
}

/**
 * The instant of what `whenOf` reads, where `zone` is the IANA zone of a local time. A day begins with its
 * first instant there. A local time that the clocks skip is moved on by the skip; of one that comes twice it
 * is the first. Throws a `RangeError`.
 */
export const readInstant = (value: unknown, zone: string): Instant => instantOf(whenOf(value), zone);

export function instantOf(when: When, zone: string): Instant {
  if (when.kind === 'instant') return when.at;
  const zoned = when.kind === 'day' ? when.date.toZonedDateTime(zone) : when.dateTime.toZonedDateTime(zone);
  return zoned.epochMilliseconds;
}

/**
 * The instant of what `whenOf` reads where no zone is known, so that a time needs an offset. Throws a
 * `RangeError`.
 */
export function exactInstant(value: unknown): Instant {
  const when = whenOf(value);
  if (when.kind === 'instant') return when.at;
  const missing = when.kind === 'day' ? 'a time of day and an offset' : 'an offset';
  throw new RangeError(
    `needs ${missing}, such as 2026-01-31T09:00:00Z: whose clocks it goes by is not known here`,
  );
}
