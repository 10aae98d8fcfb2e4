import { type Clock, exactInstant, type Instant, span, wall } from '@herald/domain';

/** Senders' clocks run ahead; by more than this it is a mistake. ms of wall time. */
const MAX_AHEAD = 5 * span.MINUTE;
const EARLIEST: Instant = Date.UTC(2000);

/**
 * When an event happened, as `exactInstant` reads it (ISO 8601 with an offset, or s or ms since 1970), or
 * what is wrong with it. A time without an offset is refused: the zone of the person is not known at the
 * door.
 */
export function readOccurredAt(given: unknown, clock: Clock): { at: Instant } | { fault: string } {
  const at = instantGiven(given);
  if (typeof at !== 'number') return at;
  if (at < EARLIEST) return { fault: 'must not be before the year 2000' };
  if (at > clock.now() + wall(clock, MAX_AHEAD))
    return { fault: 'must not be more than 5 minutes in the future' };
  return { at };
}

function instantGiven(given: unknown): Instant | { fault: string } {
  try {
    return exactInstant(given);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { fault: error.message };
  }
}
