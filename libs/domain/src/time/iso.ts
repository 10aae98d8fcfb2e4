import type { Instant } from '../clock.ts';

/** The last instant a date can hold, in ms. An event may claim any number for its own. */
const LAST = 8.64e15;

/** ISO 8601. An instant beyond what dates can hold reads as the last or first they can. */
export const iso = (instant: Instant): string =>
  new Date(Math.min(LAST, Math.max(-LAST, instant))).toISOString();
