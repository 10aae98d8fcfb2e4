import { type Clock, span, wall } from '@herald/domain';

/**
 * How often something has happened since this last returned a number, this time included. Undefined if that
 * was less than a minute ago.
 */
export type Seldom = (key: string) => number | undefined;

/** ms of wall time in which the same line is logged once. */
const EVERY = span.MINUTE;
const MAX_KEYS = 10_000;

/**
 * Lets one line a minute of wall time through for each key, so that repeated failures do not flood the log.
 * It remembers the last `most` keys; a forgotten key may be logged again.
 */
export function createSeldom(clock: Clock, most = MAX_KEYS): Seldom {
  const said = new Map<string, { at: number; since: number }>();
  return (key) => {
    const now = clock.now();
    const before = said.get(key);
    if (before !== undefined && now - before.at < wall(clock, EVERY)) {
      before.since += 1;
      return undefined;
    }
    said.delete(key);
    said.set(key, { at: now, since: 0 });
    const [oldest] = said.keys();
    if (said.size > most && oldest !== undefined) said.delete(oldest);
    return (before?.since ?? 0) + 1;
  };
}

/** The field for the number of times, if more than one. */
export const counted = (count: number): { readonly count?: number } => (count > 1 ? { count } : {});
