import { expect, test } from 'vitest';
import { createOutageWatch } from './outage.ts';

const failing = (times: number) => {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw new Error('down');
  };
};

test('no outage is told at once', async () => {
  const watch = createOutageWatch({ ping: failing(0), every: 60_000, patience: 60_000 });
  expect(await watch.wait()).toBe('none');
});

test('an outage is waited for until it is over', async () => {
  const watch = createOutageWatch({ ping: failing(3), every: 1, patience: 60_000 });
  expect(await watch.wait()).toBe('over');
});

test('patience ends', async () => {
  const watch = createOutageWatch({ ping: failing(Number.POSITIVE_INFINITY), every: 1, patience: 5 });
  expect(await watch.wait()).toBe('lasting');
});

test('abandoning ends a wait under way and all later ones', async () => {
  const watch = createOutageWatch({
    ping: failing(Number.POSITIVE_INFINITY),
    every: 60_000,
    patience: 60_000,
  });
  const waiting = watch.wait();
  watch.abandon();
  expect(await waiting).toBe('lasting');
  expect(await watch.wait()).toBe('lasting');
});
