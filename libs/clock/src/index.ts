/** Wall time: the system's clock, and a time limit for a promise. */
export { systemClock } from './system-clock.ts';
export { within } from './within.ts';
