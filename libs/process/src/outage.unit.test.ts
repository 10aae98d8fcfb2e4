import { setTimeout as pause } from 'node:timers/promises';
import { ack, type Delivery } from '@herald/broker';
import { StoreUnavailableError } from '@herald/store';
import { describe, expect, test } from 'vitest';
import { createOutageWatch, pauseDuringOutage } from './outage.ts';

const failing = (times: number) => {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw new Error('down');
  };
};

test('without an outage the answer is immediate', async () => {
  const watch = createOutageWatch({ ping: failing(0), every: 60_000, patience: 60_000 });
  expect(await watch.wait(new Error('failed'))).toBe('none');
});

test('an outage is waited for until it is over', async () => {
  const watch = createOutageWatch({ ping: failing(3), every: 1, patience: 60_000 });
  expect(await watch.wait(new Error('failed'))).toBe('over');
});

test('patience ends', async () => {
  const watch = createOutageWatch({ ping: failing(Number.POSITIVE_INFINITY), every: 1, patience: 5 });
  expect(await watch.wait(new Error('failed'))).toBe('lasting');
});

test('abandoning ends a wait under way and all later ones', async () => {
  const watch = createOutageWatch({
    ping: failing(Number.POSITIVE_INFINITY),
    every: 60_000,
    patience: 60_000,
  });
  const waiting = watch.wait(new Error('failed'));
  watch.abandon();
  expect(await waiting).toBe('lasting');
  expect(await watch.wait(new Error('failed'))).toBe('lasting');
});

test('patience is measured on the wall clock, however long a ping takes', async () => {
  let pings = 0;
  const slow = async () => {
    pings += 1;
    await pause(30);
    throw new Error('down');
  };
  const watch = createOutageWatch({ ping: slow, every: 1, patience: 100 });
  expect(await watch.wait(new Error('failed'))).toBe('lasting');
  expect(pings).toBeLessThan(10);
});

test('abandoning does not wait for a ping under way', async () => {
  const watch = createOutageWatch({ ping: () => new Promise(() => {}), every: 1, patience: 60_000 });
  const waiting = watch.wait(new Error('failed'));
  watch.abandon();
  expect(await waiting).toBe('lasting');
});

test('concurrent callers share one ping', async () => {
  let pings = 0;
  const watch = createOutageWatch({
    ping: async () => {
      pings += 1;
    },
    every: 1,
    patience: 60_000,
  });
  expect(
    await Promise.all([
      watch.wait(new Error('failed')),
      watch.wait(new Error('failed')),
      watch.wait(new Error('failed')),
    ]),
  ).toEqual(['none', 'none', 'none']);
  expect(pings).toBe(1);
});

const delivery: Delivery = { queue: 'work', id: 'm', key: 'k', body: {}, attempt: 1, publishedAt: 0 };

test('a delivery that fails in an outage is handled again when it is over', async () => {
  const watch = createOutageWatch({ ping: failing(2), every: 1, patience: 60_000 });
  const work = failing(1);
  const handler = pauseDuringOutage(watch, async () => {
    await work();
    return ack;
  });
  expect(await handler(delivery)).toBe(ack);
});

test.each([
  ['without an outage', 0, 60_000],
  ['in an outage that lasts too long', Number.POSITIVE_INFINITY, 3],
])('a delivery that fails %s fails', async (_when, pings, patience) => {
  const watch = createOutageWatch({ ping: failing(pings), every: 1, patience });
  const handler = pauseDuringOutage(watch, async () => {
    throw new Error('bad message');
  });
  await expect(handler(delivery)).rejects.toThrow('bad message');
});

describe('on a store that answers a ping', () => {
  const well = failing(0);

  test('a delivery that fails because the store says that it cannot serve is handled again', async () => {
    const watch = createOutageWatch({ ping: well, every: 1, patience: 60_000 });
    let left = 3;
    const handler = pauseDuringOutage(watch, async () => {
      left -= 1;
      if (left >= 0) throw new StoreUnavailableError('WriteConflict');
      return ack;
    });
    expect(await handler(delivery)).toBe(ack);
  });

  test('patience ends, counted from the first failure over all tries', async () => {
    const watch = createOutageWatch({ ping: well, every: 1, patience: 40 });
    const handler = pauseDuringOutage(watch, async () => {
      throw new StoreUnavailableError('WriteConflict');
    });
    await expect(handler(delivery)).rejects.toThrow('WriteConflict');
  });

  test('an error that a delivery may have caused is not an outage', async () => {
    const watch = createOutageWatch({ ping: well, every: 60_000, patience: 60_000 });
    expect(await watch.wait(new StoreUnavailableError('InternalError', { doubtful: true }))).toBe('none');
  });

  test('abandoning ends the pause before the next try', async () => {
    const watch = createOutageWatch({ ping: well, every: 60_000, patience: 60_000 });
    const waiting = watch.wait(new StoreUnavailableError('WriteConflict'));
    await pause(0);
    watch.abandon();
    expect(await waiting).toBe('lasting');
  });
});

test('an observer is called once per outage, however many wait for its end', async () => {
  const heard: unknown[] = [];
  const watch = createOutageWatch({
    ping: failing(3),
    every: 1,
    patience: 60_000,
    onChange: (error: unknown) => heard.push(error),
  });
  const error = new Error('down');
  await Promise.all([watch.wait(error), watch.wait(error), watch.wait(error)]);
  expect(heard).toEqual([error, undefined]);
});
