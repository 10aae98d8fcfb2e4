import { Problem } from '@herald/http';

/**
 * An idle workspace may send this many at once, whatever its rate: a full request must always be able to
 * pass.
 */
const SMALLEST_BURST = 1_000;
/** With more, buckets are forgotten; a full bucket is as good as none. */
const MANY = 10_000;

/** Takes `count` events from the workspace's allowance. Throws a 429 that says when to try again. */
export type RateLimit = (workspace: string, count: number) => void;

/**
 * A token bucket per workspace, in this process: with n replicas a workspace gets n times the rate. `rate` is
 * events/s, 0 is no limit; `elapsed` is wall time in ms.
 */
export function createRateLimit(rate: number, elapsed: () => number): RateLimit {
  if (rate === 0) return () => {};
  const burst = Math.max(rate, SMALLEST_BURST);
  const buckets = new Map<string, { tokens: number; at: number }>();

  const refilled = ({ tokens, at }: { tokens: number; at: number }, now: number): number =>
    Math.min(burst, tokens + ((now - at) / 1000) * rate);

  return (workspace, count) => {
    const now = elapsed();
    const bucket = buckets.get(workspace);
    const tokens = bucket === undefined ? burst : refilled(bucket, now);
    if (tokens < count) {
      const retryAfter = Math.ceil((count - tokens) / rate);
      throw new Problem(429, 'rate_limited', `This workspace may send ${rate} events a second.`, {
        retryAfter,
      });
    }
    if (bucket === undefined && buckets.size >= MANY) {
      for (const [name, old] of buckets) if (refilled(old, now) >= burst) buckets.delete(name);
    }
    buckets.set(workspace, { tokens: tokens - count, at: now });
  };
}
