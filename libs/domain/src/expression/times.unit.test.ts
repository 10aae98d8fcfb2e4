import { describe, expect, test } from 'vitest';
import { compileExpression } from './compile.ts';
import { EvaluationError, ExpressionError } from './errors.ts';
import { createMeter } from './meter.ts';

const context = {
  event: {
    data: {
      day: '2027-03-01',
      lost: '2027-02-30T00:00:00Z',
      local: '2027-03-01T10:00',
      ms: 1_835_427_600_000,
      s: 1_835_427_600,
      exact: 1_835_427_600n,
      digits: '1835427600',
      text: '2026-03-02T08:00:00Z',
      zone: 'PST',
      list: [1],
    },
  },
  now: new Date('2026-03-02T08:00:00Z'),
  // In Berlin's local time there is no 02:30 on this day.
  skipped: new Date('2026-03-29T02:30:00.250Z'),
};
const compile = (source: string) => compileExpression(source, ['event', 'now', 'skipped']);
const value = (source: string) => compile(source).value(context);

describe('timestamp()', () => {
  test.each([
    ['timestamp(event.data.s)', '2028-02-29T09:00:00.000Z'],
    ['timestamp(event.data.ms)', '2028-02-29T09:00:00.000Z'],
    ['timestamp(event.data.exact)', '2028-02-29T09:00:00.000Z'],
    ['timestamp(event.data.digits)', '2028-02-29T09:00:00.000Z'],
    ['timestamp(1835427600)', '2028-02-29T09:00:00.000Z'],
    ['timestamp(1835427600.5)', '2028-02-29T09:00:00.500Z'],
    ['timestamp("2027-03-01T10:00+01:00")', '2027-03-01T09:00:00.000Z'],
    ['timestamp("2027-03-01 10:00:00.1234567890 +0530")', '2027-03-01T04:30:00.123Z'],
    ['timestamp(now)', '2026-03-02T08:00:00.000Z'],
    ['timestamp(event.data.text) == now', true],
  ])('reads what every date of Herald may be: %s', (source, expected) => {
    expect(value(source)).toBe(expected);
  });

  test.each([
    ['event.data.lost', 'no such day'],
    ['event.data.local', 'needs an offset'],
    ['event.data.day', 'needs a time of day and an offset'],
    ['event.data.nothing', 'ISO 8601'],
    ['event.data.list', 'ISO 8601'],
    ['event.data.zone', 'ISO 8601'],
    ['event.data.s / 1000.0', 'from 100000000'],
  ])('cannot be answered where the data is no date: %s', (argument, why) => {
    const { value: evaluate } = compile(`timestamp(${argument})`);
    expect(() => evaluate(context)).toThrow(EvaluationError);
    expect(() => evaluate(context)).toThrow(why);
  });
});

describe('a constant is a mistake where it stands', () => {
  test.each([
    ['now < timestamp("2027-02-30T00:00:00Z")', 17, 'no such day'],
    ['now < timestamp("2027-02-28T00:00:00")', 17, 'needs an offset'],
    ['timestamp("2027-02-28") > now', 11, 'needs a time of day and an offset'],
    ['timestamp(0) < now', 11, 'from 100000000'],
    ['timestamp(-1835427600) < now', 11, 'from 100000000'],
    ['now.getHours("PST") > 8', 14, 'write America/Los_Angeles or Asia/Manila'],
    ['timestamp(event.data.s).getDayOfWeek("IST") == 1', 38, 'write Asia/Kolkata'],
    ['[now].exists(x, x.getDate("+02:00") == 1)', 27, 'an offset does not say when the clocks change'],
    ['now.getFullYear(2027) > 8', 17, 'must be an IANA time zone'],
  ])('%s', (source, column, why) => {
    expect(() => compile(source)).toThrow(why);
    expect(() => compile(source)).toThrow(expect.objectContaining({ line: 1, column }));
    expect(() => compile(source)).toThrow(ExpressionError);
  });
});

const PARTS = [
  ...['getFullYear', 'getMonth', 'getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear'],
  ...['getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'],
];

describe('a part of a time', () => {
  test.each(PARTS)('%s() refuses a value of the data that is no zone', (part) => {
    expect(() => value(`now.${part}(event.data.zone)`)).toThrow(EvaluationError);
    expect(() => value(`now.${part}(event.data.zone)`)).toThrow('write America/Los_Angeles');
    expect(() => value(`now.${part}(event.data.s)`)).toThrow(EvaluationError);
  });

  test('is that of UTC where no zone is named, whatever the time zone of the host', () => {
    const parts = value(`[${PARTS.map((part) => `skipped.${part}()`).join()}]`);
    expect(parts).toEqual([2026, 2, 29, 28, 0, 87, 2, 30, 0, 250]);
  });

  test('is that of the clocks of its zone', () => {
    const parts = value(`[${PARTS.map((part) => `skipped.${part}("asia/kolkata")`).join()}]`);
    expect(parts).toEqual([2026, 2, 29, 28, 0, 87, 8, 0, 0, 250]);
    expect(value('now.getHours("America/Los_Angeles")')).toBe(0);
    expect(value('now.getDayOfYear("Pacific/Honolulu")')).toBe(59);
  });

  test('of a duration is left as it was', () => {
    expect(value('duration("3h").getHours()')).toBe(3);
  });

  test('counts its work', () => {
    const meter = createMeter({ steps: 1_000, characters: 1_000 });
    expect(() => compile('now.getHours("Europe/Berlin")').value(context, meter)).toThrow('steps');
  });
});

describe('a timestamp beside a text or a number', () => {
  test.each(['<', '<=', '>', '>=', '==', '!=', '-'])('%s says to write timestamp(…)', (operator) => {
    for (const raw of ['event.data.text', 'event.data.s', 'event.data.exact'])
      for (const source of [`now ${operator} ${raw}`, `${raw} ${operator} now`])
        expect(() => value(source), source).toThrow(/write timestamp\(…\)/);
  });

  test.each(['now > "2027-01-01T00:00:00Z"', '"2027-01-01" <= now', 'now == 1835427600', 'now > 1.5'])(
    'is a mistake at save where it is written so: %s',
    (source) => {
      expect(() => compile(source)).toThrow(ExpressionError);
      expect(() => compile(source)).toThrow(/write timestamp\(…\)/);
    },
  );

  test('that is null is no mistake', () => {
    expect(value('now == event.data.nothing')).toBe(false);
    expect(() => compile('"a" > 1')).toThrow(/^((?!timestamp\(…\)).)*$/);
  });
});
