/** Dates, durations and zones, without the rest of the domain: for threads that must start fast. */
export { addDuration, type DurationText, parseDuration } from './duration.ts';
export { type Hours, isWithin, nextOpening, type Opening, type SendingHours } from './hours.ts';
export { exactInstant, instantOf, readInstant, type When, whenOf } from './instant.ts';
export { iso } from './iso.ts';
export { mailDate } from './mail-date.ts';
export { type LocalTime, nextLocalTime } from './next-local-time.ts';
export { WEEKDAYS, type Weekday } from './weekday.ts';
export { isZone, personZone, zoneFault } from './zone.ts';
