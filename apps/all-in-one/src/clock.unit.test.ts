import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@herald/clock';
import { scratch } from '@herald/harness/scratch';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClock } from './clock.ts';

const REAL = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: REAL, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number): void => {
  vi.setSystemTime(Date.now() + ms);
};

describe('createClock', () => {
  it('runs as many times faster as its rate says', () => {
    const clock = createClock({ rate: 1_000 });
    expect(clock.now()).toBe(REAL);
    pass(60);
    expect(clock.now()).toBe(REAL + 60_000);
  });

  it('starts at the given time', () => {
    const clock = createClock({ rate: 2, start: 5_000 });
    pass(100);
    expect(clock.now()).toBe(5_200);
  });

  it('continues after a restart as if it had never stopped, whatever start is given then', () => {
    const file = join(scratch(), 'data', 'clock.json');
    createClock({ rate: 100, start: 1_000, file });
    pass(HOUR);
    expect(createClock({ rate: 100, start: 1_000, file }).now()).toBe(1_000 + 100 * HOUR);
  });

  it('continues from where it is when it is restarted at another rate', () => {
    const file = join(scratch(), 'clock.json');
    createClock({ rate: 100, start: 0, file });
    pass(HOUR);
    const slow = createClock({ rate: 1, file });
    expect(slow.now()).toBe(100 * HOUR);
    pass(HOUR);
    expect(slow.now()).toBe(101 * HOUR);
    expect(createClock({ rate: 1, file }).now()).toBe(101 * HOUR);
  });

  it('never goes back, neither when the wall does nor when it is restarted after that', () => {
    const file = join(scratch(), 'clock.json');
    const clock = createClock({ rate: 10, file });
    pass(HOUR);
    const before = clock.now();
    pass(-2 * HOUR);
    expect(clock.now()).toBe(before);
    expect(createClock({ rate: 10, file }).now()).toBe(REAL);
    pass(3 * HOUR);
    expect(clock.now()).toBeGreaterThan(before);
  });

  it('is the wall clock at rate 1, and leaves no file', () => {
    const file = join(scratch(), 'clock.json');
    expect(createClock({ rate: 1, file })).toBe(systemClock);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it.each(['', '{', '{}', '{"rate":0,"virtual":1,"real":1}', '{"rate":2,"virtual":"x","real":1}'])(
    'refuses a file that holds %j',
    (content) => {
      const file = join(scratch(), 'clock.json');
      writeFileSync(file, content);
      expect(() => createClock({ rate: 2, file })).toThrow('is not the anchor of a clock');
    },
  );

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate of %d', (rate) => {
    expect(() => createClock({ rate })).toThrow(RangeError);
  });
});
