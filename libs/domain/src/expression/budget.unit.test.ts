import { describe, expect, test } from 'vitest';
import { compileExpression } from './compile.ts';
import { EvaluationError } from './errors.ts';
import { createMeter } from './meter.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** About as much data as an event may have, in the most expensive shapes. */
const context = {
  event: {
    data: {
      text: 'a'.repeat(60_000),
      half: 'a'.repeat(30_000),
      digits: '1'.repeat(60_000),
      list: many(30_000, (n) => n % 10),
      texts: many(1_000, (n) => `${'s'.repeat(50)}${n}`),
      names: Object.fromEntries(many(8_000, (n) => [`k${n}`, 1])),
      pattern: '(a?){200}[bc]',
    },
  },
  now: new Date('2026-03-02T08:00:00Z'),
};
const compile = (source: string) => compileExpression(source, ['event', 'now']);

describe('an expression that would run for long', () => {
  test.each([
    ['event.data.text.matches("(a?){70}[bc]")'],
    ['event.data.texts.exists(x, x.matches("(\\\\w?){60}[!?]"))'],
    ['event.data.list.exists(x, event.data.text.split("").size() == x - 100)'],
    ['event.data.list.exists(x, event.data.text.lowerAscii() == "b")'],
    ['event.data.list.exists(x, event.data.text.trim() == "b")'],
    ['event.data.text.contains("b" + event.data.half)'],
    ['event.data.text.lastIndexOf("b" + event.data.half) > 0'],
    ['event.data.texts.exists(x, event.data.text.split(x).join(event.data.text) == "")'],
    ['event.data.list.exists(x, x > "a" || x > "b" || x > "c" || x > "d")'],
    [`event.data.list.exists(x, ${many(90, () => 'x').join('||')})`],
    ['event.data.list.exists(x, has(x.a.b.c))'],
    ['event.data.list.exists(x, event.data.names == x)'],
    ['event.data.list.exists(x, event.data.names != event.data.names)'],
    ['event.data.list.exists(x, event.data.list == [x])'],
    ['event.data.list.exists(x, "zz" in event.data.texts)'],
    ['event.data.list.exists(x, event.data.text in event.data.texts)'],
    ['event.data.list.map(x, event.data.text + event.data.text).size() == 0'],
    ['event.data.list.map(x, event.data.list + event.data.list).size() == 0'],
    [`[${many(110, () => 'event.data.list').join()}]`],
    ['event.data.list.map(x, event.data.text)'],
    [`event.data.list.exists(x, ${many(60, () => 'event.data.n == 1').join('||')})`],
    ['event.data.list.exists(x, event.data.texts[?x + 5000].orValue(null) == 3)'],
    ['event.data.list.exists(x, now.getHours("Europe/Berlin") == 99)'],
    ['event.data.list.exists(x, double(event.data.digits) == 1.0)'],
    ['event.data.list.exists(x, size(event.data.text) == 3)'],
    ['event.data.list.exists(x, size(event.data.names) == 3)'],
    ['event.data.list.exists(x, bytes(event.data.text).base64() == "x")'],
    ['event.data.list.exists(x, event.data.text < event.data.text)'],
    ['event.data.list.exists(x, type(event.data.names) == int)'],
    ['event.data.list.map(x, x > 3 ? x + 1 : x - 1).size() == 0'],
    ['event.data.list.filter(x, x > 3).size() == 0'],
    ['event.data.list.exists_one(x, x == 3)'],
    ['event.data.list.all(x, x >= 0) || true'],
  ])('ends at its budget and says so: %s', (source) => {
    expect(() => compile(source).value(context)).toThrow(/takes more than [\d,]+ (steps|characters)$/);
  });

  test.each([
    ['event.data.text.matches(event.data.pattern)', 'must be a text in quotes'],
    ['event.data.text.matches("a" + "b")', 'must be a text in quotes'],
    ['event.data.text.matches("(a{30}){30}[bc]")', 'the pattern is too large'],
    ['event.data.text.matches("a{1000}b{1000}")', 'the pattern is too large'],
    ['event.data.text.matches("((a{10}){10}){10}")', 'the pattern is too large'],
    ['event.data.text.matches("[a-z]{1,400}")', 'the pattern is too large'],
    ['event.data.text.matches("(?:(?:x|y){50}z){9}")', 'the pattern is too large'],
    ['event.data.text.matches("(a")', 'not a pattern'],
  ])('is refused where the budget cannot limit it: %s', (source, why) => {
    expect(() => compile(source)).toThrow(why);
  });

  test('does not read a very long duration', () => {
    expect(() => compile('duration(event.data.digits) > duration("1s")').value(context)).toThrow(
      'more than 100 characters',
    );
  });
});

describe('everyday conditions', () => {
  test.each([
    ['event.data.text.lowerAscii().contains("unsubscribe")', false],
    ['event.data.half.matches("a")', true],
    ['event.data.texts.exists(x, x == "none")', false],
    ['"ada@example.com".matches("^[\\\\w.+-]+@(example|test)\\\\.com$")', true],
    ['"2026-03-02".matches("^\\\\d{4}-\\\\d{2}-\\\\d{2}$")', true],
    ['"a{2}".matches("^[{]?a[{]2[}]$")', true],
  ])('are far within it: %s', (source, answer) => {
    expect(compile(source).value(context)).toBe(answer);
  });
});

test('expressions that share a meter share its budget, and one that comes too late says why', () => {
  const meter = createMeter({ steps: 100, characters: 100 });
  const small = compile('event.data.n == null');
  expect(small.test(context, meter)).toBe(true);
  expect(() => compile('event.data.list.exists(x, x > 10)').test(context, meter)).toThrow(EvaluationError);
  expect(() => small.test(context, meter)).toThrow(
    'is not tried: what was evaluated before it takes more than',
  );
  expect(small.test(context)).toBe(true);
});
