import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createStageLoad } from './stage-load.ts';

function fake() {
  const acknowledged = new Set<string>();
  const groups: string[][] = [];
  const load = createStageLoad({
    acknowledged,
    refused: 0,
    async send(prospects) {
      groups.push([...prospects]);
      await pause(5);
      for (const who of prospects) acknowledged.add(`${who}-start`);
    },
  });
  return { load, groups };
}

test('so many prospects are let in, each once, and all are acknowledged in the end', async () => {
  const { load, groups } = fake();
  await load.send(8, 10);
  await load.send(2, 1);
  expect(groups.flat()).toEqual(Array.from({ length: 10 }, (_, n) => `p${n}`));
  expect([load.prospects, load.acknowledged]).toEqual([10, 10]);
});

test('load goes on until the work is over, and no further', async () => {
  const { load, groups } = fake();
  let during = 0;
  await load.during({ every: 1, atMost: 1_000 }, async () => {
    while (groups.length < 3) await pause(1);
    during = groups.length;
  });
  expect(during).toBeGreaterThanOrEqual(3);
  expect(groups.length).toBeLessThanOrEqual(during + 2);
});

test('load has a limit, however long the work takes', async () => {
  const { load } = fake();
  await load.during({ every: 1, atMost: 12 }, () => pause(60));
  expect(load.prospects).toBe(12);
});

test('an error of the work is passed on', async () => {
  const work = async () => {
    throw new Error('broken');
  };
  await expect(fake().load.during({ every: 1, atMost: 6 }, work)).rejects.toThrow('broken');
});
