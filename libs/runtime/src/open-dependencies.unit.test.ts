import { createLog } from '@herald/log';
import { expect, test } from 'vitest';
import { openDependencies } from './open-dependencies.ts';

type Check = () => Promise<void>;

/** An admin port that only keeps what it would show, and a silent log. */
function setStage() {
  let checks: Readonly<Record<string, Check>> = {};
  const admin = {
    setChecks({ needed = {} }: { readonly needed?: Readonly<Record<string, Check>> }) {
      checks = needed;
    },
  };
  const log = createLog({ service: 'test', level: 'silent' });
  const shown = async (name: string): Promise<string> =>
    (checks[name] ?? (() => Promise.reject(new Error('no such check'))))().then(() => 'well', String);
  return { deps: { admin, log, firstPause: 1, lastPause: 2 }, shown };
}

const failing = (times: number, message: string) => {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw new Error(message);
    return 'open';
  };
};
const never = (): boolean => false;

test('a dependency that is not there yet is tried until it is', async () => {
  const { deps, shown } = setStage();
  const opened = await openDependencies(
    {
      store: { open: failing(3, 'no server'), isLasting: never },
      broker: { open: failing(0, ''), isLasting: never },
    },
    deps,
  );
  expect(opened).toEqual({ store: 'open', broker: 'open' });
  expect(await shown('store')).toBe('well');
});

test('meanwhile readiness says by name what is in the way', async () => {
  const { deps, shown } = setStage();
  let isUp = false;
  const store = async () => {
    if (!isUp) throw new Error('no server');
    return 'open';
  };
  const { promise, resolve } = Promise.withResolvers<string>();
  const opening = openDependencies(
    { store: { open: store, isLasting: never }, broker: { open: () => promise, isLasting: never } },
    deps,
  );
  await expect.poll(() => shown('store')).toBe('Error: no server');
  expect(await shown('broker')).toBe('Error: not open yet');
  resolve('open');
  await expect.poll(() => shown('broker')).toBe('well');
  isUp = true;
  expect(await opening).toEqual({ store: 'open', broker: 'open' });
});

test('a lasting fault ends it at once, and the waiting for the others', async () => {
  const { deps } = setStage();
  const tries: string[] = [];
  const opening = openDependencies(
    {
      store: {
        open: async () => {
          tries.push('store');
          throw new Error('no server');
        },
        isLasting: never,
      },
      broker: {
        open: async () => {
          throw new Error('ACCESS_REFUSED');
        },
        isLasting: (error) => String(error).includes('ACCESS_REFUSED'),
      },
    },
    { ...deps, firstPause: 60_000 },
  );
  await expect(opening).rejects.toThrow('ACCESS_REFUSED');
  expect(tries).toEqual(['store']);
});
