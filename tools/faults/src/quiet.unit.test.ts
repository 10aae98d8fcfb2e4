import { expect, test } from 'vitest';
import type { Look, UnderWay } from './look.ts';
import { waitUntilAllRests } from './quiet.ts';

const NOTHING: UnderWay = { waits: 0, sends: 0, outboxes: 0, queued: 0, delayed: 0 };
const at = (trace: string, underWay: Partial<UnderWay> = {}): Look => ({
  underWay: { ...NOTHING, ...underWay },
  trace,
});
const looks = (...given: (Look | Error)[]) => {
  let n = 0;
  return async () => {
    const next = given[Math.min(n, given.length - 1)] ?? new Error('none');
    n += 1;
    if (next instanceof Error) throw next;
    return next;
  };
};
const quick = { every: 1, patience: 60 };

test('it rests when nothing is under way and nothing has moved between two looks', async () => {
  const seen: string[] = [];
  const look = looks(at('a', { queued: 1 }), at('b'), at('c'), at('c'));
  const noting = async () => {
    const found = await look();
    seen.push(found.trace);
    return found;
  };
  expect(await waitUntilAllRests(noting, quick)).toBeUndefined();
  expect(seen).toEqual(['a', 'b', 'c', 'c']);
});

test('what is left when nothing moves any more is reported', async () => {
  const stuck = at('same', { sends: 2, delayed: 1 });
  expect(await waitUntilAllRests(looks(stuck), quick)).toBe('sends 2, delayed 1');
});

test('a look that fails is tried again', async () => {
  expect(await waitUntilAllRests(looks(new Error('starting'), at('a'), at('a')), quick)).toBeUndefined();
});
