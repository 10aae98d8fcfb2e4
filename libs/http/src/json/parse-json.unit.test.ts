import { readJson } from '@herald/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { parseJson } from './parse-json.ts';

const problemOf = (body: string | Uint8Array): Problem => {
  try {
    parseJson(body);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('was taken');
};

describe('parseJson', () => {
  it('accepts everything that is JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(!text.includes('__proto__') && !text.includes('constructor'));
        expect(parseJson(Buffer.from(text))).toEqual(readJson(text));
      }),
    );
  });

  it.each([
    ['a text cut off', '{"a":1', 'line 1, column 7: it ends where "," or "}" is expected'],
    ['a string cut off', '{"a":"b', 'line 1, column 6: a value is expected'],
    ['a byte order mark', '\ufeff{}', 'it starts with a byte order mark'],
    ['nothing', '', 'it is empty'],
    ['white space', ' \n', 'it is empty'],
    ['NaN', '{"a":NaN}', 'line 1, column 6: a value is expected'],
    ['a comma too many', '{\n  "a": 1,\n}', 'line 3, column 1: a name in double quotes is expected'],
    ['a comma too few', '[1\n2]', 'line 2, column 1: "," or "]" is expected'],
    ['single quotes', "{'a':1}", 'line 1, column 2: a name in double quotes or "}" is expected'],
    ['a leading zero', '[01]', 'line 1, column 2: a value or "]" is expected'],
    ['a comment', '[1] // one', 'line 1, column 5: nothing more is expected'],
    ['a raw line end in a string', '["a\nb"]', 'line 1, column 2: a value or "]" is expected'],
    ['a name twice', '{"a":1,"b":{"c":1},"a":2}', 'line 1, column 20: this name stands twice'],
    ['a name twice, once in disguise', '[{"b":1,"\\u0062":2}]', 'line 1, column 9: this name stands twice'],
  ])('refuses %s and says where', (_what, text, where) => {
    expect(problemOf(text)).toMatchObject({ status: 400, code: 'malformed_json' });
    expect(problemOf(text).detail).toContain(where);
  });

  it('accepts one name in several objects, and colons in strings', () => {
    const text = '{"a":{"a":":\\"a\\":"},"b":[{"a":1},{"a":2}],":":"\\\\"}';
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['half a surrogate pair in a value', '{"a":["\\ud83d"]}', '/a/0'],
    ['half a surrogate pair in a name', '{"\\udc00":1}', '/\udc00'],
    ['a number past double precision', '{"a":1e999}', '/a'],
    ['digits that no number keeps', '{"a":[9007199254740993.0]}', '/a/0'],
    ['an integer of 41 digits', `{"a":${'9'.repeat(41)}}`, '/a'],
    ['a way into prototypes', '{"a":[{"__proto__":{}}]}', '/a/0/__proto__'],
    ['another way into prototypes', '{"constructor":{"prototype":{}}}', '/constructor'],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`, '/0'.repeat(32)],
  ])('refuses %s and names the place', (_what, text, path) => {
    expect(problemOf(text).errors?.[0]?.path).toBe(path);
  });

  it('accepts 10,000 names in an object, in any number of objects, and not one more', () => {
    const names = (count: number) =>
      `{${Array.from({ length: count }, (_, n) => `"k${n}":{"a":":"}`).join()}}`;
    expect(Object.keys(parseJson(names(10_000)) as object)).toHaveLength(10_000);
    expect(parseJson(`[${names(10_000)},${names(10_000)}]`)).toHaveLength(2);
    const { detail, code } = problemOf(`[${names(10_001)}]`);
    expect({ detail, code }).toEqual({
      detail: 'The body cannot be taken: an object in it has 10,001 names, the limit is 10,000.',
      code: 'malformed_json',
    });
  });

  it('keeps every digit of integers beyond 2⁵³', () => {
    expect(parseJson('{"id":820982911946154508,"n":5}')).toEqual({ id: 820982911946154508n, n: 5 });
  });

  it('accepts 32 levels, and a constructor that leads nowhere', () => {
    expect(() => parseJson(`${'['.repeat(32)}${']'.repeat(32)}`)).not.toThrow();
    expect(parseJson('{"constructor":"Bob"}')).toEqual({ constructor: 'Bob' });
  });

  it.each([
    [[0x22, 0xff, 0x22]],
    [[0x22, 0xc0, 0xaf, 0x22]],
    [[0x22, 0xed, 0xa0, 0x80, 0x22]],
    [[0x22, 0xe2, 0x82]],
  ])('refuses bytes %j, which are not UTF-8', (bytes) => {
    expect(problemOf(Uint8Array.from(bytes)).detail).toContain('not UTF-8');
  });

  it.each([
    ['100,000 levels', '['.repeat(100_000)],
    ['100,000 levels, closed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['200,000 objects in each other', '{"a":'.repeat(200_000)],
    ['half a million elements, then a fault', `[${'0,'.repeat(500_000)}x]`],
    ['half a million escapes, cut off', `"${'\\"'.repeat(500_000)}`],
    ['one name 100,000 times', `{${'"a":1,'.repeat(100_000)}"a":1}`],
    ['100,000 names, then a fault', `{${Array.from({ length: 100_000 }, (_, n) => `"${n}":1`).join()},"x"}`],
  ])('refuses %s without blocking others', (_what, text) => {
    const start = process.cpuUsage();
    expect(problemOf(text).status).toBe(400);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1_000);
  });

  it('never quotes the body', () => {
    for (const text of ['{"a": hunter2}', 'hunter2', '["hunter2" "x"]', '{"a":"hunter2","a":1}']) {
      expect(problemOf(text).detail).not.toContain('hunter2');
    }
  });
});
