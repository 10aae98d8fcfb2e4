/**
 * Remembers what has ended a thread again and again, so that one bad template does not keep all others
 * waiting.
 */
export interface Strikes {
  blocked(key: string): boolean;
  strike(key: string): void;
}

const MAX_KEYS = 1_000;

/**
 * `limit` strikes in a row within `pause` ms block a key for `pause` ms. `now` is any steady clock, in ms.
 */
export function createStrikes(options: { limit: number; pause: number; now: () => number }): Strikes {
  const struck = new Map<string, { count: number; until: number }>();
  const current = (key: string): { count: number; until: number } | undefined => {
    const entry = struck.get(key);
    return entry !== undefined && entry.until > options.now() ? entry : undefined;
  };
  return {
    blocked: (key) => (current(key)?.count ?? 0) >= options.limit,
    strike(key) {
      const count = (current(key)?.count ?? 0) + 1;
      struck.delete(key);
      struck.set(key, { count, until: options.now() + options.pause });
      const [oldest] = struck.keys();
      if (struck.size > MAX_KEYS && oldest !== undefined) struck.delete(oldest);
    },
  };
}
