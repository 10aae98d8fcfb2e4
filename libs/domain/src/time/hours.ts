import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../clock.ts';
import { WEEKDAYS, type Weekday } from './weekday.ts';

/**
 * A part of the day by the clock on the wall: from `from` up to, but not at, `to`. Where `to` is not later
 * than `from` it goes over midnight, and `days` names the days on which it begins. Default: all days.
 * `zone` is an IANA zone, or `prospect` (the default): the reader's own.
 */
export interface Hours {
  readonly days?: readonly Weekday[];
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`; `24:00` is the end of the day. */
  readonly to: string;
  readonly zone?: string;
}

/**
 * When messages may leave: within one of the `windows` of every set (an empty set allows all), and in none of
 * the `quiet` hours.
 */
export interface SendingHours {
  readonly windows: readonly (readonly Hours[])[];
  readonly quiet: readonly Hours[];
}

/** When a message may leave, and for how long (ms); `lasts` is at most the `lookAhead` that was asked for. */
export interface Opening {
  readonly at: Instant;
  readonly lasts: number;
}

/** Two weeks hold every weekday at least once on a day without a change of the clocks. */
const DAYS_AHEAD = 15;
const DAY_MINUTES = 24 * 60;

/** Whether the clock on the wall shows a time within these hours. */
export function isWithin(instant: Instant, hours: Hours, readerZone: string): boolean {
  const shown = zoned(instant, zoneOf(hours, readerZone));
  const minute = shown.hour * 60 + shown.minute;
  const [from, to] = [minuteOf(hours.from), minuteOf(hours.to)];
  const beginsOn = (day: number): boolean => {
    const weekday = WEEKDAYS[(day + 7) % 7];
    return weekday !== undefined && (hours.days?.includes(weekday) ?? true);
  };
  const today = shown.dayOfWeek - 1;
  if (from < to) return from <= minute && minute < to && beginsOn(today);
  return (minute >= from && beginsOn(today)) || (minute < to && beginsOn(today - 1));
}

/**
 * The first instant, not before `from`, at which a message may leave; undefined when there is none within two
 * weeks, which is never, for these hours repeat each week. What counts is the time that the clock on the wall
 * shows: where the clocks skip 02:00 to 03:00, hours that begin at 02:30 begin at 03:00, and hours that lie
 * wholly within the skip do not happen that day; where 02:30 comes twice, the first one opens.
 */
export function nextOpening(
  from: Instant,
  hours: SendingHours,
  readerZone: string,
  lookAhead: number,
): Opening | undefined {
  const isOpen = (instant: Instant): boolean =>
    hours.windows.every(
      (set) => set.length === 0 || set.some((each) => isWithin(instant, each, readerZone)),
    ) && !hours.quiet.some((each) => isWithin(instant, each, readerZone));
  const open = isOpen(from);
  if (open && lookAhead === 0) return { at: from, lasts: 0 };
  const edges = edgesAfter(from, [...hours.windows.flat(), ...hours.quiet], readerZone);
  const at = open ? from : edges.find(isOpen);
  if (at === undefined) return undefined;
  const until = at + lookAhead;
  const closes = edges.find((edge) => edge > at && edge < until && !isOpen(edge)) ?? until;
  return { at, lasts: closes - at };
}

/**
 * Every instant at which any of the hours could begin or end, in order: the times they name, as often as
 * clocks show them, and the changes of the clocks.
 */
function edgesAfter(from: Instant, all: readonly Hours[], readerZone: string): Instant[] {
  const edges = new Set<Instant>();
  const byZone = new Map<string, Set<number>>();
  for (const hours of all) {
    const zone = zoneOf(hours, readerZone);
    const times = byZone.get(zone) ?? new Set<number>();
    // At midnight a day begins or ends on which nothing begins.
    byZone.set(
      zone,
      times
        .add(0)
        .add(minuteOf(hours.from))
        .add(minuteOf(hours.to) % DAY_MINUTES),
    );
  }
  for (const [zone, times] of byZone) {
    const today = zoned(from, zone).toPlainDate();
    for (let n = 0; n <= DAYS_AHEAD; n += 1) {
      const date = today.add({ days: n });
      for (const minute of times) {
        const shown = date.toPlainDateTime({ hour: Math.floor(minute / 60), minute: minute % 60 });
        // Twice where the clocks are set back; where they skip it neither shows it, and the skip itself is an
        // edge.
        for (const disambiguation of ['earlier', 'later'] as const)
          edges.add(shown.toZonedDateTime(zone, { disambiguation }).epochMilliseconds);
      }
    }
    const change = zoned(from, zone).getTimeZoneTransition('next')?.epochMilliseconds;
    if (change !== undefined) edges.add(change);
  }
  return [...edges].filter((edge) => edge > from).sort((a, b) => a - b);
}

/** Minutes since midnight of `HH:MM`. */
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

const zoneOf = ({ zone }: Hours, readerZone: string): string =>
  zone === undefined || zone === 'prospect' ? readerZone : zone;

const zoned = (instant: Instant, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
