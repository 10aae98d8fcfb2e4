import { expect, test } from 'vitest';
import { spokenParts } from './spoken.ts';

test.each([
  ['Hello', [{ say: 'Hello' }]],
  ['', []],
  [' \n ', []],
  [
    'Hello Ada.\n\n[pause 2s]\nThis is Acme.',
    [{ say: 'Hello Ada.' }, { pause: 2 }, { say: 'This is Acme.' }],
  ],
  ['[pause]a[PAUSE 3][pause 99s]', [{ pause: 1 }, { say: 'a' }, { pause: 3 }, { pause: 10 }]],
  ['a\u0000\u001bb', [{ say: 'a b' }]],
  ['[pause 0s]', [{ pause: 1 }]],
  ['[pause 1h] [paused]', [{ say: '[pause 1h] [paused]' }]],
])('%j is spoken as %j', (text, parts) => {
  expect(spokenParts(text)).toEqual(parts);
});

test('characters that stand for no sign are silence', () => {
  expect(spokenParts('Hello\uFFFF \uFFFEAda\uD800\u0000!')).toEqual([{ say: 'Hello Ada !' }]);
});
