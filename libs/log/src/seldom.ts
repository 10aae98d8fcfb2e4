import { type Clock, span, wall } from '@herald/domain';

/**
 * How often something has happened since this last answered, the present time included; undefined: it was
 * said less than a minute ago.
 */
export type Seldom = (key: string) => number | undefined;

/** ms of wall time in which the same thing is said once. */
const EVERY = span.MINUTE;
const MAX_KEYS = 10_000;

/**
 * Lets one line a minute of wall time through for each key, so that a flood of the same failure does not
 * flood the log. It remembers the `most` keys that were said last; what is forgotten may be said again.
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

/** The field that says how often, where it was more than once. */
export const counted = (count: number): { readonly count?: number } => (count > 1 ? { count } : {});
