/**
 * Dates, durations and zones alone, for who has no use for the rest of the domain: threads that must start
 * fast.
 */
export { addDuration, parseDuration } from './duration.ts';
export { exactInstant, instantOf, readInstant, type When, whenOf } from './instant.ts';
export { mailDate } from './mail-date.ts';
export { nextLocalTime } from './until.ts';
export { isZone, personZone, zoneFault } from './zone.ts';
