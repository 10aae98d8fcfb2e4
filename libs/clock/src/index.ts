/** Wall time: the system's clock, and a limit on how long something is waited for. */
export { systemClock } from './system-clock.ts';
export { within } from './within.ts';
