import { exactInstant, type Instant } from '@herald/domain';
import { Problem } from '@herald/http';

/** The last instant a date can hold, in ms. An event may claim any number for its own. */
const LAST = 8.64e15;

/** ISO 8601 at the edge. An instant beyond what dates can hold reads as the last or first they can. */
export const iso = (instant: Instant): string =>
  new Date(Math.min(LAST, Math.max(-LAST, instant))).toISOString();

/** The instant of a query parameter, or a 400 that names it. */
export function parseInstant(name: string, text: string): Instant {
  try {
    return exactInstant(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem(400, 'invalid_request', `${name} ${error.message}.`, {
      errors: [{ path: `/${name}`, message: error.message }],
    });
  }
}
