import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { calculate } from './exact-arithmetic.ts';
import { asJson, canonicalJson, readJson, UnfitNumber, writeJson } from './json.ts';

const MAX = Number.MAX_SAFE_INTEGER;

describe('JSON', () => {
  it.each([
    '{"id":820982911946154508}',
    '[9007199254740991,9007199254740992,9007199254740993]',
    '[-9223372036854775808,9223372036854775807,18446744073709551615]',
    '[1234567890123456789012345678901234567890]',
    '{"text":"820982911946154508","deep":[{"n":-820982911946154508}]}',
    '[0,1,-1,1.5,0.1,9007199254740990,1e+21,1e+300,5e-324]',
  ])('is written with the digits that it was read with: %s', (text) => {
    expect(writeJson(readJson(text))).toBe(text);
    expect(writeJson(readJson(text, { strict: true }))).toBe(text);
    expect(canonicalJson(readJson(text))).toHaveLength(text.length);
  });

  it('has numbers for what they can hold, and bigints beyond', () => {
    expect(readJson(`[${MAX},${MAX}1,0.12345678901234566]`)).toEqual([
      MAX,
      90071992547409911n,
      0.12345678901234566,
    ]);
  });

  it.each(['1e20', '100000000000000000000.0e0', '123456789012345680000e3'])(
    'keeps %s a double when it is written and read again',
    (text) => {
      const value = readJson(`[${text}, "1234567890123456"]`);
      expect(readJson(writeJson(value))).toEqual(value);
    },
  );

  it.each(['9007199254740993.0', '12345678901234567.89', `1${'0'.repeat(40)}`, '-123456789012345678901e-2'])(
    'has %s for unfit where it is strict, as digits would be lost',
    (text) => {
      expect(readJson(text, { strict: true })).toBeInstanceOf(UnfitNumber);
    },
  );

  it('is the same as by JSON.stringify and JSON.parse where no integer is beyond 2⁵³', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = writeJson(value);
        expect(readJson(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('keeps any integer of 128 bits at any place', () => {
    const integers = fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n });
    fc.assert(
      fc.property(fc.array(fc.record({ id: integers, text: fc.string() })), (list) => {
        const shown = list.map(({ id, text }) => ({ text, id: String(id) }));
        const read = readJson(writeJson(list)) as { id: number | bigint; text: string }[];
        expect(read.map(({ id, text }) => ({ text, id: String(id) }))).toEqual(shown);
      }),
    );
  });

  it('refuses what is no JSON as before', () => {
    expect(() => readJson('{"a":1234567890123456789')).toThrow(SyntaxError);
    const ring: Record<string, unknown> = {};
    ring.ring = ring;
    expect(() => writeJson(ring)).toThrow(TypeError);
    expect(writeJson(undefined)).toBeUndefined();
    expect(asJson({ at: new Date(0), none: undefined, id: 2n ** 60n })).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      id: 2n ** 60n,
    });
  });

  it.each([
    '{820982911946154508:1}',
    '{820982911946154508 :1}',
    '[0820982911946154508]',
    '[820982911946154508x]',
    '[820982911946154508"a"]',
    '["a"820982911946154508]',
    '[--820982911946154508]',
    '[820982911946154508.]',
    '["820982911946154508]',
  ])('refuses %s, which is no JSON', (text) => {
    expect(() => readJson(text)).toThrow(SyntaxError);
  });

  it('finds integers beside texts of digits, quotes and backslashes, and at any depth', () => {
    const n = 820982911946154508n;
    const texts = ['\\', '\\"820982911946154509', '"1234567890123456789', '820982911946154508:'];
    const value = texts.flatMap((text) => [text, n, { [text]: [n] }]);
    expect(readJson(writeJson(value))).toEqual(value);
    expect(() => readJson(`${'['.repeat(50_000)}820982911946154508${']'.repeat(50_000)}`)).not.toThrow();
    expect(readJson('820982911946154508')).toBe(n);
    expect(Object.hasOwn(readJson('{"__proto__":820982911946154508}') as object, '__proto__')).toBe(true);
  });

  it('distinguishes two integers that are equal as doubles', () => {
    expect(canonicalJson(readJson('820982911946154508'))).not.toBe(
      canonicalJson(readJson('820982911946154509')),
    );
  });
});

test.each([
  [820982911946154508n, '+', 1, 820982911946154509n],
  [1, '-', 820982911946154508n, -820982911946154507n],
  [MAX, '+', 2, 9007199254740993n],
  [9007199254740993n, '-', 2, MAX],
  [MAX, '*', MAX, 81129638414606663681390495662081n],
  [820982911946154508n, '/', 2, 410491455973077254n],
  [820982911946154508n, '%', 10, 8],
  [7, '/', 2, 3.5],
  [2, '**', 60, 2 ** 60],
  [1e20, '*', 2, 2e20],
])('%s %s %s is exactly %s', (left, operator, right, expected) => {
  expect(calculate(operator, left, right)).toBe(expected);
});

test.each([
  [820982911946154508n, '*', 0.5],
  [820982911946154509n, '/', 2],
  [820982911946154509n, '/', 0],
  [820982911946154509n, '%', 0],
  [820982911946154509n, '**', 2],
  [2n ** 200n, '*', 2n ** 100n],
])('%s %s %s would lose digits', (left, operator, right) => {
  expect(calculate(operator, left, right)).toBeUndefined();
});
