import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { span } from '../clock.ts';
import { type Hours, isWithin, nextOpening } from './hours.ts';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
const at = (iso: string): number => Date.parse(iso);
const opening = (from: string, hours: { windows?: Hours[]; quiet?: Hours[] }, zone = BERLIN): string => {
  const { windows = [], quiet = [] } = hours;
  const found = nextOpening(at(from), { windows: [windows], quiet }, zone, 0);
  return found === undefined ? 'never' : new Date(found.at).toISOString().slice(0, 16);
};

const NIGHT: Hours = { from: '21:00', to: '08:00' };
const OFFICE: Hours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' };

describe('quiet hours', () => {
  test.each([
    ['in the afternoon a message leaves', '2026-06-01T12:00Z', '2026-06-01T12:00'],
    ['in the evening it waits for the morning', '2026-06-01T20:30Z', '2026-06-02T06:00'],
    ['after midnight it waits for the same morning', '2026-06-02T01:00Z', '2026-06-02T06:00'],
    ['at the minute they end it leaves', '2026-06-02T06:00Z', '2026-06-02T06:00'],
    ['a minute before they end it waits', '2026-06-02T05:59Z', '2026-06-02T06:00'],
    ['the night the clocks go forward is an hour shorter', '2026-03-28T21:00Z', '2026-03-29T06:00'],
    ['the night the clocks go back is an hour longer', '2026-10-24T20:00Z', '2026-10-25T07:00'],
  ])('%s', (_what, from, expected) => {
    expect(opening(from, { quiet: [NIGHT] })).toBe(expected);
  });

  test('belong to the day on which they begin', () => {
    const friday = { ...NIGHT, days: ['fri'] as const };
    expect(opening('2026-06-05T21:00Z', { quiet: [friday] })).toBe('2026-06-06T06:00');
    expect(opening('2026-06-06T21:00Z', { quiet: [friday] })).toBe('2026-06-06T21:00');
  });

  test('are those of the reader’s zone, or of the zone that they name', () => {
    const noon = '2026-06-01T02:00Z';
    expect(opening(noon, { quiet: [NIGHT] }, NEW_YORK)).toBe('2026-06-01T12:00');
    expect(opening(noon, { quiet: [{ ...NIGHT, zone: BERLIN }] }, NEW_YORK)).toBe('2026-06-01T06:00');
  });
});

describe('a send window', () => {
  test.each([
    ['within it a message leaves', '2026-06-01T10:00Z', '2026-06-01T10:00'],
    ['after it, it waits for the next day', '2026-06-01T16:00Z', '2026-06-02T07:00'],
    ['after Friday’s it waits for Monday', '2026-06-05T17:00Z', '2026-06-08T07:00'],
    ['on Saturday too', '2026-06-06T10:00Z', '2026-06-08T07:00'],
  ])('%s', (_what, from, expected) => {
    expect(opening(from, { windows: [OFFICE] })).toBe(expected);
  });

  test('of several, any will do', () => {
    const windows = [
      { from: '09:00', to: '10:00' },
      { from: '17:00', to: '18:00' },
    ];
    expect(opening('2026-06-01T09:00Z', { windows })).toBe('2026-06-01T15:00');
  });

  test('does not open in quiet hours', () => {
    expect(opening('2026-06-01T03:00Z', { windows: [{ from: '07:00', to: '20:00' }], quiet: [NIGHT] })).toBe(
      '2026-06-01T06:00',
    );
  });

  test('that quiet hours cover never opens', () => {
    expect(opening('2026-06-01T12:00Z', { windows: [{ from: '22:00', to: '23:00' }], quiet: [NIGHT] })).toBe(
      'never',
    );
  });

  test('of a whole day may end at 24:00', () => {
    const sunday: Hours = { days: ['sun'], from: '00:00', to: '24:00' };
    expect(opening('2026-06-03T10:00Z', { windows: [sunday] })).toBe('2026-06-06T22:00');
    expect(isWithin(at('2026-06-07T21:59Z'), sunday, BERLIN)).toBe(true);
    expect(isWithin(at('2026-06-07T22:00Z'), sunday, BERLIN)).toBe(false);
  });

  test('says how long it is open, within the look-ahead', () => {
    const hours = { windows: [[{ from: '09:00', to: '09:05' }]], quiet: [] };
    const found = nextOpening(at('2026-06-01T00:00Z'), hours, BERLIN, 15 * span.MINUTE);
    expect(found).toEqual({ at: at('2026-06-01T07:00Z'), lasts: 5 * span.MINUTE });
    const night = { windows: [], quiet: [NIGHT] };
    expect(nextOpening(at('2026-06-01T00:00Z'), night, BERLIN, span.HOUR)?.lasts).toBe(span.HOUR);
  });
});

/** What happens to one message that is wanted in the evening before, for hours that begin at 02:30. */
describe('at 02:30 on the days the clocks change', () => {
  const early: Hours = { from: '02:30', to: '05:00' };

  test.each([
    [
      'forward: 02:30 does not exist, it opens at 03:00, right after the skip',
      '2026-03-28T12:00Z',
      '2026-03-29T01:00',
    ],
    ['back: 02:30 comes twice, it opens at the first', '2026-10-24T12:00Z', '2026-10-25T00:30'],
  ])('%s', (_what, from, expected) => {
    expect(opening(from, { windows: [early] })).toBe(expected);
  });

  test.each([
    ['2026-03-28T12:00Z', '2026-03-30T00:30'],
    ['2026-10-24T12:00Z', '2026-10-25T00:30'],
  ])(
    'hours that lie within the skip do not happen that day, those that come twice open at the first (%s)',
    (from, expected) => {
      expect(opening(from, { windows: [{ from: '02:30', to: '02:45' }] })).toBe(expected);
    },
  );

  test('messages wanted at any instant of the day before have one and the same opening', () => {
    for (const [day, expected] of [
      ['2026-03-28', '2026-03-29T01:00'],
      ['2026-10-24', '2026-10-25T00:30'],
    ])
      for (let hour = 6; hour < 24; hour += 1)
        expect(opening(`${day}T${String(hour).padStart(2, '0')}:00Z`, { windows: [early] })).toBe(expected);
  });
});

test('an opening is open, is not before the wanted instant, and nothing in between is open', () => {
  const time = fc
    .integer({ min: 0, max: 95 })
    .map((n) => `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`);
  const hours = fc
    .record({
      from: time,
      to: time,
      days: fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, { minLength: 1 }),
    })
    .filter(({ from, to }) => from !== to);
  fc.assert(
    fc.property(
      fc.array(hours, { maxLength: 2 }),
      fc.array(hours, { maxLength: 2 }),
      fc.integer({ min: at('2026-03-20T00:00Z'), max: at('2026-04-05T00:00Z') }),
      fc.constantFrom(BERLIN, 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'),
      (windows, quiet, from, zone) => {
        const isOpen = (instant: number): boolean =>
          (windows.length === 0 || windows.some((each) => isWithin(instant, each, zone))) &&
          !quiet.some((each) => isWithin(instant, each, zone));
        const found = nextOpening(from, { windows: [windows], quiet }, zone, 0);
        if (found !== undefined) {
          expect(found.at).toBeGreaterThanOrEqual(from);
          expect(isOpen(found.at)).toBe(true);
        }
        const end = found?.at ?? from + 14 * span.DAY;
        for (let instant = from; instant < end; instant += 15 * span.MINUTE)
          expect(isOpen(instant)).toBe(false);
      },
    ),
    { numRuns: 60 },
  );
});
