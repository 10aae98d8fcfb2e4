import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesTopic, type RetryPolicy, retryDelay } from './topology.ts';

/** The naive model: a pattern as a regular expression over words that each end with a dot. */
function modelMatches(pattern: string, key: string): boolean {
  const dotted = (text: string): string => (text === '' ? '' : `${text}.`);
  const parts = pattern === '' ? [] : pattern.split('.');
  const source = parts
    .map((part) => {
      if (part === '#') return '(?:[^.]*\\.)*';
      if (part === '*') return '[^.]*\\.';
      return `${part}\\.`;
    })
    .join('');
  return new RegExp(`^${source}$`).test(dotted(key));
}

describe('matchesTopic', () => {
  // Few different words, or nothing would ever match.
  const word = fc.constantFrom('a', 'b', 'ab', '');
  const key = fc.array(word, { maxLength: 5 }).map((words) => words.join('.'));
  const pattern = fc
    .array(fc.oneof(word, fc.constantFrom('*', '#')), { maxLength: 5 })
    .map((words) => words.join('.'));

  it('agrees with a regular expression', () => {
    fc.assert(
      fc.property(pattern, key, (p, k) => matchesTopic(p, k) === modelMatches(p, k)),
      { numRuns: 5000 },
    );
  });

  it('takes a key without wildcards for a pattern of itself alone', () => {
    fc.assert(fc.property(key, key, (a, b) => matchesTopic(a, b) === (a === b)));
  });

  it('lets # match every key', () => {
    fc.assert(fc.property(key, (k) => matchesTopic('#', k)));
  });

  it.each([
    ['order.*', 'order.paid', true],
    ['order.*', 'order', false],
    ['order.*', 'order.paid.late', false],
    ['order.#', 'order', true],
    ['order.#', 'order.paid.late', true],
    ['order.#', 'orders', false],
    ['#.paid', 'paid', true],
    ['*.*', 'a.', true],
    ['*', '', false],
    ['#', '', true],
    ['', '', true],
    ['a.c', 'abc', false],
  ])('%s and %s: %s', (p, k, expected) => {
    expect(matchesTopic(p, k)).toBe(expected);
  });

  it('takes no long time over a long hostile key', () => {
    const started = process.cpuUsage();
    expect(matchesTopic('#.x', 'a.'.repeat(127))).toBe(false);
    expect(matchesTopic('#', 'a.'.repeat(127))).toBe(true);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(500);
  });
});

describe('retryDelay', () => {
  const policy = fc.record<RetryPolicy>({
    attempts: fc.integer({ min: 1, max: 20 }),
    backoff: fc.array(fc.nat(100_000), { maxLength: 10 }),
  });

  it('gives every wait of the policy in its order, the last one again and again, and then none', () => {
    fc.assert(
      fc.property(policy, (p) => {
        // The naive model: the list written out.
        const waits: (number | undefined)[] = [...p.backoff];
        while (waits.length < p.attempts - 1) waits.push(p.backoff.at(-1) ?? 0);
        const expected = [...waits.slice(0, p.attempts - 1), undefined, undefined];
        expect(expected.map((_, n) => retryDelay(p, n + 1))).toEqual(expected);
      }),
    );
  });
});
