import { expect, test, vi } from 'vitest';
import { createFairShare } from './fair-share.ts';

/** Work that ends when the test ends it. */
function worker() {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  return {
    started,
    work: (name: string) => () =>
      new Promise<void>((resolve) => {
        started.push(name);
        ends.push(resolve);
      }),
    endOne: () => ends.shift()?.(),
  };
}

const options = { capacity: 6, waiting: { each: 2, all: 4 } };

test('one workspace alone gets half, and the next still finds room', () => {
  const share = createFairShare(options);
  const { started, work } = worker();
  for (let n = 0; n < 5; n += 1) void share.run('a', work('a'));
  expect(started).toEqual(['a', 'a', 'a']);
  void share.run('b', work('b'));
  void share.run('b', work('b'));
  expect(started.slice(3)).toEqual(['b', 'b']);
  void share.run('c', work('c'));
  expect(started.slice(5)).toEqual(['c']);
});

test('waiting workspaces take turns, however many jobs one has', async () => {
  const share = createFairShare({ ...options, capacity: 2 });
  const { started, work, endOne } = worker();
  for (let n = 0; n < 4; n += 1) void share.run('a', work(`a${n}`));
  for (let n = 0; n < 2; n += 1) void share.run('b', work(`b${n}`));
  expect(started).toEqual(['a0', 'b0']);
  for (const next of ['a1', 'b1', 'a2']) {
    endOne();
    await vi.waitFor(() => expect(started.at(-1)).toBe(next));
  }
  // Alone again, and half of two is one.
  endOne();
  endOne();
  await vi.waitFor(() => expect(started.at(-1)).toBe('a3'));
});

test('a workspace with enough waiting jobs is full, another is not', () => {
  const share = createFairShare(options);
  const { work } = worker();
  for (let n = 0; n < 4; n += 1) void share.run('a', work('a'));
  expect(share.isFull('a')).toBe(false);
  void share.run('a', work('a'));
  expect(share.isFull('a')).toBe(true);
  expect(share.load('a')).toBe(5);
  expect(share.isFull('b')).toBe(false);
});

test('when many wait already, a job that would wait finds it full, and one that can run at once does not', () => {
  const share = createFairShare({ ...options, capacity: 3 });
  const { work } = worker();
  for (const workspace of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) void share.run(workspace, work(workspace));
  expect(share.isFull('h')).toBe(true);
  const idle = createFairShare({ ...options, waiting: { each: 2, all: 0 } });
  expect(idle.isFull('h')).toBe(false);
});

test('work that fails gives its turn back', async () => {
  const share = createFairShare({ ...options, capacity: 1 });
  await expect(share.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(share.run('a', async () => 1)).resolves.toBe(1);
  expect(share.load('a')).toBe(0);
});
