import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { expect, test } from 'vitest';
import { explain } from './explain.ts';

const senders = Compile(
  Type.Object({ email: Type.Optional(Type.String()) }, { additionalProperties: false }),
);
const explained = (value: unknown) => explain(senders.Errors(value));

test('a name that is not known is named once', () => {
  expect(explained({ emial: 'x', 'a/b': 1 })).toEqual([
    { path: '/emial', message: 'is not known here' },
    { path: '/a~1b', message: 'is not known here' },
  ]);
});

test('names that are not known are named even where the validator stops before it lists them', () => {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: 20 });
  try {
    const unknown = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, 1]));
    expect(explained(unknown)).toHaveLength(20);
  } finally {
    Settings.Set({ maxErrors });
  }
});

test('whatever the validator reports, there is a mistake to read', () => {
  expect(explain([])).toEqual([{ path: '', message: 'does not have the expected form' }]);
});
