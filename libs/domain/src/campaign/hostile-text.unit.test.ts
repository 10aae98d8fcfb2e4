import { describe, expect, test } from 'vitest';
import { faultsOf, step } from '../testing/campaign-text.ts';
import { parseCampaign } from './parse.ts';

describe('a text made to cost more than its length', () => {
  const many = (count: number, make: (index: number) => string) =>
    Array.from({ length: count }, (_, n) => make(n)).join('');
  const full = 'id: x\nenter: { on: a.b }\nsteps: [{ id: a, exit: {} }]\n';
  const parsed = (text: string) => {
    const result = parseCampaign(text);
    if (result.ok) throw new Error('it was taken');
    return {
      count: result.count,
      shown: result.faults.length,
      first: faultsOf(text)[0],
      all: faultsOf(text).join('\n'),
    };
  };

  test('with thousands of unknown fields has fifty shown and all counted', () => {
    const { count, shown, first } = parsed(full + many(2_000, (n) => `k${n}: 1\n`));
    expect({ count, shown }).toEqual({ count: 2_000, shown: 50 });
    expect(first).toMatch(/^k0 4:5 unknown field "k0"/);
  });

  test.each([
    ['many fields', many(25_000, (n) => `k${n}: 1\n`), 'has more than 20,000 words and marks up to here'],
    ['many items', '- 1\n'.repeat(60_000), 'has more than 20,000 words and marks up to here'],
    ['line breaks', '\n'.repeat(250_000), 'has more than 20,000 words and marks up to here'],
    ['comments', '# c\n'.repeat(60_000), 'has more than 20,000 words and marks up to here'],
    ['aliases', `- &a 1\n${'- *a\n'.repeat(60)}`, 'has more than 50 aliases'],
    [
      'aliases of aliases',
      many(20, (n) => `k${n}: &a${n} [${n === 0 ? '1' : `*a${n - 1}, *a${n - 1}`}]\n`),
      'xcessive alias count',
    ],
    ['lists in lists', '['.repeat(100_000), 'is nested deeper than 64'],
    ['items in items', '- '.repeat(100_000), 'is nested deeper than 64'],
    ['indented maps', many(300, (n) => `${' '.repeat(n)}a:\n`), 'is nested deeper than 64'],
    ['documents', '---\na: 1\n'.repeat(1_000), 'has a second document'],
    ['brackets', '}\n'.repeat(9_000), 'and more mistakes after these'],
    ['quotes', '"a" "b"\n'.repeat(2_000), 'and more mistakes after these'],
    ['one name twice', 'a: 1\na: 2\n', 'this name stands twice in its map'],
    ['a name that is a list', '? [a]\n: 1\n', 'a name must be a plain word'],
    ['a long name', `${full}${'k'.repeat(900)}: 1\n`, `unknown field "${'k'.repeat(60)}…"`],
    [
      'many steps',
      `id: x\nenter: { on: a.b }\nsteps:\n${many(502, (n) => `- { id: s${n}, exit: {} }\n`)}`,
      'more than 500 steps',
    ],
    [
      'many conditions',
      step(`{ id: a, choose: [${many(1_001, () => `{when: 'true', steps: []},`)}] }`),
      'more than 1000 expressions',
    ],
    [
      'long conditions',
      step(`{ id: a, choose: [${many(40, () => `{when: 'true${' || true'.repeat(240)}', steps: []},`)}] }`),
      'the expressions are longer than 65536 characters together',
    ],
  ])('is refused with the reason: %s', (_what, text, message) => {
    const { all, shown } = parsed(text);
    expect(all).toContain(message);
    expect(shown).toBeLessThanOrEqual(51);
    expect(all).not.toContain('call stack');
  });

  test('is refused where the limit is passed', () => {
    expect(parsed(`id: x\nsteps: ${'['.repeat(100)}`).all).toMatch(/^ 2:7\d is nested deeper than 64$/);
  });
});
