import { describe, expect, it, test } from 'vitest';
import { exactInstant, readInstant, whenOf } from './instant.ts';
import { mailDate } from './mail-date.ts';

const at = (text: string): number => Date.parse(text);
const inLosAngeles = (value: unknown): number => readInstant(value, 'America/Los_Angeles');

describe('an instant', () => {
  it.each([
    [1_835_427_600, '2028-02-29T09:00:00Z'],
    [1_835_427_600_000, '2028-02-29T09:00:00Z'],
    [1_835_427_600.5, '2028-02-29T09:00:00.500Z'],
    [1_835_427_600n, '2028-02-29T09:00:00Z'],
    ['1835427600', '2028-02-29T09:00:00Z'],
    ['1835427600000', '2028-02-29T09:00:00Z'],
    ['1835427600.250', '2028-02-29T09:00:00.250Z'],
    [100_000_000, '1973-03-03T09:46:40Z'],
    [99_999_999_999, '5138-11-16T09:46:39Z'],
    [100_000_000_000, '1973-03-03T09:46:40Z'],
    [253_402_300_799_999, '9999-12-31T23:59:59.999Z'],
    ['2027-03-01T10:00Z', '2027-03-01T10:00:00Z'],
    ['2027-03-01t10:00:00z', '2027-03-01T10:00:00Z'],
    ['2027-03-01 10:00:00.1234567 +05:30', '2027-03-01T04:30:00.123Z'],
    ['2027-03-01T10:00:00,5-0800', '2027-03-01T18:00:00.500Z'],
    ['2027-03-01T10:00:00+01', '2027-03-01T09:00:00Z'],
    ['1950-06-01T00:00:00Z', '1950-06-01T00:00:00Z'],
  ])('is what %s names', (value, expected) => {
    expect(exactInstant(value)).toBe(at(expected));
  });

  it.each([
    ['2027-03-01', '2027-03-01T00:00:00-08:00'],
    ['2027-07-01', '2027-07-01T00:00:00-07:00'],
    ['2027-03-01T10:00', '2027-03-01T10:00:00-08:00'],
    // The clocks skip 02:00 to 03:00 on 14 March, and show 01:30 twice on 7 November.
    ['2027-03-14T02:30', '2027-03-14T03:30:00-07:00'],
    ['2027-11-07T01:30', '2027-11-07T01:30:00-07:00'],
  ])('of the local %s goes by the clocks of the zone', (value, expected) => {
    expect(inLosAngeles(value)).toBe(at(expected));
  });

  it('of a day whose midnight the clocks skip is the first of that day', () => {
    expect(readInstant('2026-09-06', 'America/Santiago')).toBe(at('2026-09-06T01:00:00-03:00'));
  });

  it.each(['2027-03-01', '2027-03-01T10:00:00'])('is not known from %s without a zone', (value) => {
    expect(() => exactInstant(value)).toThrow(/offset/);
  });

  it.each([
    ['2027-02-30', /no such day/],
    ['2027-13-01T00:00:00Z', /no such day/],
    ['2027-02-29T10:00:00+01:00', /no such day/],
    ['2027-03-01T24:00:00Z', /ISO 8601/],
    ['2016-12-31T23:59:60Z', /ISO 8601/],
    ['2027-03-01T10:60:00Z', /ISO 8601/],
    ['2027-03-01T10:00:00+24:00', /ISO 8601/],
    ['2027-03-01T10:00:00Z[Europe/Paris]', /ISO 8601/],
    ['2027-W09-1', /ISO 8601/],
    ['2027-060', /ISO 8601/],
    ['2027-3-1', /ISO 8601/],
    ['2027-03', /ISO 8601/],
    ['2027', /ISO 8601/],
    ['20270301', /ISO 8601/],
    ['3/1/2027', /ISO 8601/],
    ['01.03.2027', /ISO 8601/],
    ['March 1, 2027', /ISO 8601/],
    ['Mon, 01 Mar 2027 10:00:00 GMT', /ISO 8601/],
    [' 2027-03-01', /ISO 8601/],
    ['2027-03-01T', /ISO 8601/],
    ['+012027-03-01', /ISO 8601/],
    ['0001-01-01T00:00:00Z', /1000 to 9999/],
    ['0000-00-00', /1000 to 9999/],
    ['', /ISO 8601/],
    ['P2D', /ISO 8601/],
    [0, /from 100000000/],
    [-1, /from 100000000/],
    [2027, /from 100000000/],
    [20_270_301, /from 100000000/],
    [Number.NaN, /seconds/],
    [Number.POSITIVE_INFINITY, /seconds/],
    [253_402_300_800_000, /year 9999/],
    [1_835_427_600_000_000, /year 9999/],
    [true, /ISO 8601/],
    [null, /ISO 8601/],
    [{}, /ISO 8601/],
    [[1_835_427_600], /ISO 8601/],
  ])('is refused in %j, with what to write', (value, why) => {
    expect(() => whenOf(value)).toThrow(RangeError);
    expect(() => whenOf(value)).toThrow(why);
  });
});

test.each([
  ['Tue, 31 Aug 2010 20:36:28 +0000', '2010-08-31T20:36:28Z'],
  ['Tue, 31 Aug 2010 20:36:28 -0730', '2010-09-01T04:06:28Z'],
  ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37Z'],
  ['6 Nov 1994 08:49 UTC', '1994-11-06T08:49:00Z'],
])('a date of mail, %s, is read', (text, expected) => {
  expect(mailDate(text)).toBe(at(expected));
});

test.each([
  'Mon, 31 Aug 2010 20:36:28 +0000',
  'Tue, 30 Feb 2010 20:36:28 +0000',
  'Tue, 31 Aug 2010 20:36:28',
  'Tue, 31 Aug 2010 24:36:28 +0000',
  'Tue, 31 Aug 10 20:36:28 +0000',
  '2010-08-31T20:36:28Z',
  '8/31/2010',
  '',
])('%j is no date of mail', (text) => {
  expect(mailDate(text)).toBeUndefined();
});
