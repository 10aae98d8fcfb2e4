import type { Clock } from '@herald/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEvent } from './event-fields.ts';
import { collectFaults } from './faults.ts';

const NOW = Date.UTC(2026, 0, 31, 9);
const clock: Clock = { rate: 1, now: () => NOW };
const good = { type: 'trial.started', prospectId: 'p-1' };

const check = (item: unknown, at = clock) => {
  const faults = collectFaults();
  return { event: checkEvent(item, at, faults), faults: faults.found };
};
const faultsOf = (item: unknown): string[] => check(item).faults.map(({ path }) => path);
const isAccepted = (item: unknown): boolean => check(item).event !== undefined;

describe('the data of an event', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
  const sized = (bytes: number) => ({ t: 'x'.repeat(bytes - '{"t":""}'.length) });

  it('may be 16 levels deep and 64 KiB long, and no more', () => {
    expect(isAccepted({ ...good, data: nested(16) })).toBe(true);
    expect(faultsOf({ ...good, data: nested(17) })).toEqual([`/data${'/a'.repeat(16)}`]);
    expect(isAccepted({ ...good, data: sized(65_536) })).toBe(true);
    expect(faultsOf({ ...good, data: sized(65_537) })).toEqual(['/data']);
  });

  it('that is a hundred thousand levels deep is refused, without a stack overflow', () => {
    const depth = 100_000;
    const data = JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(faultsOf({ ...good, data })).toHaveLength(1);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('may not have a key %s, at any depth', (key) => {
    const data = JSON.parse(`{"list":[{"${key}":{"admin":true}}]}`);
    expect(faultsOf({ ...good, data })).toEqual([`/data/list/0/${key}`]);
    expect(faultsOf(JSON.parse(`{"type":"a.b","prospectId":"p","${key}":1}`))).toEqual([`/${key}`]);
  });

  it.each([
    ['{"a":1e400}', '/data/a'],
    ['{"a":["\\ud800"]}', '/data/a/0'],
    ['{"a\\u0000b":1}', '/data/a\u0000b'],
    ['{"\\udc00":1}', '/data/\udc00'],
    ['{"a/b~c":{"constructor":1}}', '/data/a~1b~0c/constructor'],
  ])('%s cannot be stored unchanged and is refused', (json, path) => {
    expect(faultsOf({ ...good, data: JSON.parse(json) })).toEqual([path]);
  });

  it('names no more than ten faults of an item, nor long ones', () => {
    const data = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, n) => [`${n}\n${'x'.repeat(1_000)}`, n]),
    );
    const { faults } = check({ ...good, data });
    expect(faults).toHaveLength(10);
    expect(Math.max(...faults.map(({ path }) => path.length))).toBeLessThanOrEqual(200);
  });

  it('is stored unchanged, whatever JSON it is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.jsonValue({ maxDepth: 5 })),
        (data) => {
          const json = JSON.stringify(data);
          const { event, faults } = check({ ...good, data: JSON.parse(json) });
          if (event === undefined) expect(faults.length).toBeGreaterThan(0);
          else expect(JSON.stringify(event.data)).toBe(json);
        },
      ),
    );
  });
});
