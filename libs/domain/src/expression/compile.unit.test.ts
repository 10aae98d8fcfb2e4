import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCondition, compileExpression } from './compile.ts';
import { EvaluationError, ExpressionError } from './errors.ts';

const VARIABLES = ['event', 'prospect', 'company', 'now'];
const context = {
  event: {
    data: {
      n: 3,
      text: 'x',
      list: [1, 2, 3],
      date: '2026-01-01T00:00:00Z',
      deep: { er: { q: 1 } },
      id: 820982911946154508n,
    },
  },
  prospect: { traits: { score: 1.5 } },
  company: { traits: {} },
  now: new Date('2026-03-02T08:00:00Z'),
};
const value = (source: string) => compileExpression(source, VARIABLES).value(context);

describe('an expression', () => {
  test.each([
    ['event.data.n + 1', 4],
    ['event.data.n * 2 == 6', true],
    ['prospect.traits.score / 2', 0.75],
    ['event.data.n % 2', 1],
    ['5 / 2', 2],
    ['timestamp(event.data.date) + duration("24h")', '2026-01-02T00:00:00.000Z'],
    ['now > timestamp(event.data.date)', true],
    ['event.data.list.exists(x, x > 2)', true],
    ['event.data.list.map(x, x * 2)', [2, 4, 6]],
    ['event.data.text in ["x", "y"]', true],
    ['{"a": event.data.n, "b": [1]}', { a: 3, b: [1] }],
    ['"a.b" + event . data\n . text', 'a.bx'],
    ['event.data["n"] == 3', true],
    ['string(event.data.id)', '820982911946154508'],
    ['event.data.id', 820982911946154508n],
    ['{"ids": [event.data.id]}', { ids: [820982911946154508n] }],
    ['event.data.id == 820982911946154508', true],
    ['event.data.id == 820982911946154509', false],
    ['event.data.id in [820982911946154508]', true],
    ['event.data.id > event.data.n', true],
    ['event.data.id + 1', 820982911946154509n],
    ['event.data.id + event.data.n', 820982911946154511n],
    ['event.data.n - event.data.id', -820982911946154505n],
    ['event.data.id % 10', 8],
    ['event.data.id - 820982911946154507', 1],
  ])('%s', (source, expected) => {
    expect(value(source)).toEqual(expected);
  });

  test.each([
    ['prospect.traits.plan != "enterprise"', true],
    ['prospect.traits.plan', null],
    ['event.data.deep.er.q.r.s', null],
    ['has(prospect.traits.plan)', false],
    ['has(prospect.traits.score)', true],
    ['prospect.traits.?plan.orValue("none")', 'none'],
    ['prospect.constructor', null],
    ['event.__proto__', null],
  ])('reads a missing field as null: %s', (source, expected) => {
    expect(value(source)).toEqual(expected);
  });

  test.each([
    ['1 +', 1, 4],
    ['foo > 1', 1, 1],
    ['event.data.n >\n  && true', 2, 3],
    ['nothing(event)', 1, 1],
    ['[1].all(x, [2].all(y, y > x))', 1, 12],
    ['"a" > 1', 1, 1],
    ['event.data.a.b.c == 1 && event.data.d.e.f == 2 && nothing(event)', 1, 51],
    ['event.data.text.matches("a") && event.data.n.matches()', 1, 33],
  ])('is refused with the place: %s', (source, line, column) => {
    expect(() => compileExpression(source, VARIABLES)).toThrow(ExpressionError);
    try {
      compileExpression(source, VARIABLES);
    } catch (error) {
      expect(error).toMatchObject({ line, column });
    }
  });

  test.each([
    ['company.traits.employees > 50'],
    ['event.data.nothing.startsWith("x")'],
    ['event.data.n / 0 + int("x")'],
    ['1 / 0'],
  ])('that cannot be answered says so and harms nothing: %s', (source) => {
    expect(() => value(source)).toThrow(EvaluationError);
  });

  test.each([
    ['event.data.n', null],
    ['event.data.n > 1 ? event.data.x : false', null],
    ['event.data.list.exists(x, x > 2)', null],
    ['event.data.n + 1', 'the result of arithmetic'],
    ['-event.data.n', 'the result of arithmetic'],
    ['"gold"', 'string'],
    ['event.data.text.lowerAscii()', 'string'],
    ['size(event.data.list)', 'int'],
    ['[event.data.n]', 'a list'],
    ['{"a": true}', 'a map'],
    ['event.data.list.map(x, x)', 'list'],
    ['timestamp(event.data.date)', 'Timestamp'],
    ['event.?data', 'an optional value'],
    ['null', 'null'],
    ['event.data.ok ? true : event.data.n * 2', 'the result of arithmetic'],
  ])('as a condition is a mistake only where it can be neither true nor false: %s', (source, wrong) => {
    const compile = () => compileCondition(source, VARIABLES);
    if (wrong === null) expect(compile).not.toThrow();
    else expect(compile).toThrow(`gives ${wrong}`);
  });

  test('as a condition must be true or false', () => {
    expect(() => compileExpression('event.data.n', VARIABLES).test(context)).toThrow(/not true or false/);
  });

  test('is refused when it is too long, too deep or too big', () => {
    for (const source of [
      `${'1 + '.repeat(600)}1`,
      `${'('.repeat(100)}1${')'.repeat(100)}`,
      `[${'1,'.repeat(300)}1]`,
    ]) {
      expect(() => compileExpression(source, VARIABLES)).toThrow(ExpressionError);
    }
  });

  test('never throws anything but its own two errors, whatever it is made of', () => {
    const token = fc.constantFrom(
      'event',
      'prospect',
      '.',
      'data',
      'traits',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '"x"',
      '1',
      '2.5',
      '+',
      '-',
      '*',
      '/',
      '==',
      '!=',
      '<',
      '&&',
      '||',
      '!',
      '?',
      ':',
      ',',
      'has',
      'size',
      'map',
      'x',
      'null',
      'true',
      'in',
      'matches',
      '.matches("a")',
      '__proto__',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 14 }), (tokens) => {
        try {
          value(tokens.join(' '));
        } catch (error) {
          if (!(error instanceof ExpressionError) && !(error instanceof EvaluationError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
