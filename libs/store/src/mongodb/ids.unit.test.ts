import { expect, it } from 'vitest';
import { idOf } from './ids.ts';

it('makes ids in the order of workspace and id, and none that reads into another workspace', () => {
  const keys = ['a', 'a-b', 'a0', 'ab'].flatMap((workspace) =>
    ['', ' ', '1', 'z'].map((id) => ({ workspace, id })),
  );
  const made = keys.map(idOf);
  expect(made.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))).toEqual(made);
  expect(() => idOf({ workspace: 'a b', id: 'c' })).toThrow(RangeError);
  expect(() => idOf({ workspace: 'a\u0000', id: 'c' })).toThrow(RangeError);
});
