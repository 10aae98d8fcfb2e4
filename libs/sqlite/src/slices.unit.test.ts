import { expect, test } from 'vitest';
import { inSlices, nextSlice } from './slices.ts';

const busy = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

test('works run in their order, each with its microtasks before the next', async () => {
  const seen: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    inSlices(() => {
      seen.push(name);
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => void seen.push(`after ${name}`));
    });
  }
  await nextSlice();
  expect(seen).toEqual(['a', 'after a', 'b', 'after b', 'c', 'after c']);
});

test('long works leave turns of the event loop to others', async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  const seen: number[] = [];
  for (let n = 0; n < 10; n += 1) {
    inSlices(() => {
      busy(30);
      seen.push(turns);
    });
  }
  await nextSlice();
  clearImmediate(immediate);
  // Each had a turn of its own: it takes longer than a slice.
  expect(new Set(seen).size).toBe(10);
});

test('short works share a turn', async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  for (let n = 0; n < 1_000; n += 1) inSlices(() => {});
  await nextSlice();
  clearImmediate(immediate);
  // A busy machine may take the processor away in between.
  expect(turns).toBeLessThan(100);
});

test('what waits for a slice in a work goes on in its turn', async () => {
  const seen: string[] = [];
  const one = async (name: string): Promise<void> => {
    seen.push(name);
    await nextSlice();
    seen.push(`after ${name}`);
  };
  await Promise.all([one('a'), one('b')]);
  expect(seen).toEqual(['a', 'b', 'after a', 'after b']);
});
