import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAlarm } from './alarm.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('the alarm', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const at = (rate: number) => {
    const start = Date.now();
    const clock = { now: () => start + (Date.now() - start) * rate, rate };
    const rung: number[] = [];
    const alarm = createAlarm(clock, () => rung.push(clock.now() - start));
    return { alarm, rung, start, clock };
  };

  it('rings once, at its time', async () => {
    const { alarm, rung, start } = at(1);
    alarm.set(start + 1000);
    await vi.advanceTimersByTimeAsync(999);
    expect(rung).toEqual([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(rung).toEqual([1000]);
  });

  it('rings at once for what is past', async () => {
    const { alarm, rung, start } = at(1);
    alarm.set(start - DAY);
    await vi.advanceTimersByTimeAsync(1);
    expect(rung).toHaveLength(1);
  });

  it.each([
    ['sixty days', 60 * DAY],
    ['the most a timer can be set for, and one', 2 ** 31],
  ])('does not ring before %s is over', async (_, delay) => {
    const { alarm, rung, start } = at(1);
    alarm.set(start + delay);
    await vi.advanceTimersByTimeAsync(delay - 1);
    expect(rung).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(rung).toEqual([delay]);
  });

  it('sets no timer that overflows, however far its time', () => {
    const { alarm, start } = at(1);
    alarm.set(Number.MAX_SAFE_INTEGER);
    vi.advanceTimersToNextTimer();
    expect(Date.now() - start).toBeLessThan(2 ** 31);
    // One that overflows rings after 1 ms.
    expect(Date.now() - start).toBeGreaterThan(1_000);
  });

  it('goes by the clock, which may be fast', async () => {
    const { alarm, rung, start } = at(10_000);
    alarm.set(start + DAY);
    await vi.advanceTimersByTimeAsync(DAY / 10_000 - 1);
    expect(rung).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(rung).toEqual([DAY]);
  });

  it('notices within half a minute that its clock was set forward', async () => {
    const { alarm, rung, start } = at(1);
    alarm.set(start + DAY);
    await vi.advanceTimersByTimeAsync(1000);
    vi.setSystemTime(start + 2 * DAY);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(rung).toHaveLength(1);
  });

  it('can be set anew and called off', async () => {
    const { alarm, rung, start } = at(1);
    alarm.set(start + 100);
    alarm.set(start + 50);
    await vi.advanceTimersByTimeAsync(200);
    expect(rung).toEqual([50]);
    alarm.set(Date.now() + 50);
    alarm.set(undefined);
    await vi.advanceTimersByTimeAsync(200);
    expect(rung).toEqual([50]);
  });
});
