import type { Change } from '@herald/contracts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFollower } from './follower.ts';

const changed = (id: string, kind: Change['kind'] = 'source'): Change => ({
  kind,
  workspace: 'acme',
  id,
  version: 1,
});

/** A store whose reads end when the test says so, and a broker whose changes the test gives. */
function trial() {
  const reads: { readonly what: string; readonly done: () => void; readonly fails: () => void }[] = [];
  const begun: string[] = [];
  const read = (what: string): Promise<void> => {
    begun.push(what);
    return new Promise((resolve, reject) =>
      reads.push({ what, done: resolve, fails: () => reject(new Error('the store is away')) }),
    );
  };
  let hear: (body: unknown) => void = () => expect.unreachable('not followed yet');
  let gap: () => void = () => expect.unreachable('not followed yet');
  const warnings: unknown[] = [];
  const follower = createFollower({
    kind: 'source',
    readAll: () => read('all'),
    readOne: (_workspace, id) => read(id),
    broker: {
      async subscribe(_exchange, handler, onGap) {
        hear = handler;
        gap = onGap;
        return { stop: async () => {} };
      },
    },
    log: { warn: (details: object) => void warnings.push(details) },
  });
  const settle = async (how: 'done' | 'fails'): Promise<void> => {
    await vi.waitFor(() => expect(reads.length).toBeGreaterThan(0));
    reads.shift()?.[how]();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { begun, warnings, follower, hear: (body: unknown) => hear(body), gap: () => gap(), settle };
}

async function started() {
  const stage = trial();
  const start = stage.follower.start();
  await stage.settle('done');
  await start;
  return stage;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('it is ready once everything has been read', async () => {
  const { follower, settle } = trial();
  const start = follower.start();
  await expect(follower.check()).rejects.toThrow('source definitions are not in memory yet');
  await settle('done');
  await start;
  await follower.check();
  expect(follower.isHydrated()).toBe(true);
});

test('a start that cannot read the store rejects', async () => {
  const { follower, settle } = trial();
  const start = follower.start();
  const rejects = expect(start).rejects.toThrow('the store is away');
  await settle('fails');
  await rejects;
  expect(follower.isHydrated()).toBe(false);
});

test('changes are followed before the first read, and read after it: of two reads the later has the last word', async () => {
  const { begun, follower, hear, settle } = trial();
  const start = follower.start();
  await vi.advanceTimersByTimeAsync(0);
  hear(changed('a'));
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual(['all']);
  await settle('done');
  await start;
  expect(begun).toEqual(['all', 'a']);
});

test('a change of another kind is not read', async () => {
  const { begun, hear } = await started();
  hear(changed('a', 'campaign'));
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual(['all']);
});

test('after a gap everything is read again', async () => {
  const { begun, gap } = await started();
  gap();
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual(['all', 'all']);
});

test('when a change could not be read everything is read again, until that succeeds', async () => {
  const { begun, warnings, hear, settle, follower } = await started();
  hear(changed('a'));
  await settle('fails');
  await vi.advanceTimersByTimeAsync(1_000);
  await settle('fails');
  await vi.advanceTimersByTimeAsync(1_000);
  await settle('done');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(begun).toEqual(['all', 'a', 'all', 'all']);
  expect(warnings).toHaveLength(2);
  await follower.check();
});

test('a change that breaks its contract has everything read again', async () => {
  const { begun, hear } = await started();
  hear({ kind: 'source' });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(begun).toEqual(['all', 'all']);
});

test('once stopped it tries nothing again', async () => {
  const { begun, hear, settle, follower } = await started();
  hear(changed('a'));
  await settle('fails');
  await follower.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(begun).toEqual(['all', 'a']);
});
