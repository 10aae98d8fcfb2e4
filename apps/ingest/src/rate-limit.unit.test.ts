import { Problem } from '@herald/http';
import { describe, expect, it } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

const refusal = (take: () => void): Problem | undefined => {
  try {
    take();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return undefined;
};

describe('the rate limit', () => {
  it('lets a burst pass, then says when to come back, then lets pass again', () => {
    let now = 0;
    const take = createRateLimit(100, () => now);
    take('acme', 1_000);
    const refused = refusal(() => take('acme', 250));
    expect([refused?.status, refused?.retryAfter]).toEqual([429, 3]);
    now += 2_499;
    expect(refusal(() => take('acme', 250))).toBeDefined();
    now += 1;
    take('acme', 250);
    expect(refusal(() => take('acme', 1))?.retryAfter).toBe(1);
  });

  it('takes nothing for what it refuses', () => {
    const take = createRateLimit(1_000, () => 0);
    take('acme', 900);
    expect(refusal(() => take('acme', 101))).toBeDefined();
    take('acme', 100);
  });

  it('keeps the allowance of each workspace apart', () => {
    const take = createRateLimit(10, () => 0);
    take('acme', 1_000);
    take('globex', 1_000);
    expect(refusal(() => take('acme', 1))).toBeDefined();
  });

  it('saves up no more than a burst', () => {
    let now = 0;
    const take = createRateLimit(2_000, () => now);
    now = 3_600_000;
    take('acme', 2_000);
    expect(refusal(() => take('acme', 1))).toBeDefined();
  });

  it('is off at rate 0', () => {
    const take = createRateLimit(0, () => 0);
    for (let n = 0; n < 100; n += 1) take('acme', 1_000);
  });
});
