import { type Clock, exactInstant, type Instant, span, wall } from '@herald/domain';

/** ms of wall time by which a sender's clock may be ahead; more is a mistake. */
const MAX_AHEAD = 5 * span.MINUTE;
const EARLIEST: Instant = Date.UTC(2000);

/**
 * When an event happened, as `exactInstant` reads it (ISO 8601 with an offset, or s or ms since 1970), or
 * what is wrong with it. A time without an offset is refused, because ingest does not know the person's time
 * zone.
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
