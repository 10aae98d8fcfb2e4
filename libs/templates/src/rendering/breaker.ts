/**
 * Circuit breakers by key: a template that ends its thread again and again is refused for a while, so that it
 * does not keep all others waiting.
 */
export interface Breaker {
  isOpen(key: string): boolean;
  recordFailure(key: string): void;
}

const MAX_KEYS = 1_000;

/**
 * `limit` failures, each within `pause` ms of the one before, open a key's breaker for `pause` ms. `now` is
 * any steady clock, in ms.
 */
export function createBreaker(options: { limit: number; pause: number; now: () => number }): Breaker {
  const failures = new Map<string, { count: number; until: number }>();
  const countOf = (key: string): number => {
    const entry = failures.get(key);
    return entry !== undefined && entry.until > options.now() ? entry.count : 0;
  };
  return {
    isOpen: (key) => countOf(key) >= options.limit,
    recordFailure(key) {
      const count = countOf(key) + 1;
      failures.delete(key);
      failures.set(key, { count, until: options.now() + options.pause });
      const [oldest] = failures.keys();
      if (failures.size > MAX_KEYS && oldest !== undefined) failures.delete(oldest);
    },
  };
}
