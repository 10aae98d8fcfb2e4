import { type Clock, type Instant, span, wall } from '@herald/domain';
import { IsDateTime } from 'typebox/format';

/** Senders' clocks run ahead; by more than this it is a mistake. ms of wall time. */
const MAX_AHEAD = 5 * span.MINUTE;
const EARLIEST: Instant = Date.UTC(2000);

/** The instant an RFC 3339 text names, or what is wrong with it as the time of an event. */
export function readOccurredAt(text: string, clock: Clock): { at: Instant } | { fault: string } {
  // IsDateTime knows the days of each month; Date.parse alone takes 30 February for 1 March.
  const at = IsDateTime(text) ? Date.parse(text.toUpperCase()) : Number.NaN;
  if (Number.isNaN(at)) return { fault: 'must be an RFC 3339 date and time, such as 2026-01-31T09:00:00Z' };
  if (at < EARLIEST) return { fault: 'must not be before the year 2000' };
  if (at > clock.now() + wall(clock, MAX_AHEAD))
    return { fault: 'must not be more than 5 minutes in the future' };
  return { at };
}
