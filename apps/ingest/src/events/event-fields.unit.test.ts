import { type Clock, span } from '@herald/domain';
import { describe, expect, it } from 'vitest';
import { checkEvent } from './event-fields.ts';
import { collectFaults } from './faults.ts';

const NOW = Date.UTC(2026, 0, 31, 9);
const clock: Clock = { rate: 1, now: () => NOW };
const good = { type: 'trial.started', prospectId: 'p-1' };

const check = (item: unknown, at = clock) => {
  const faults = collectFaults();
  return { event: checkEvent(item, at, faults), faults: faults.found };
};
const faultsOf = (item: unknown): string[] => check(item).faults.map(({ path }) => path);
const isAccepted = (item: unknown): boolean => check(item).event !== undefined;

describe('an event', () => {
  it('needs a type and whom it is about, and nothing else', () => {
    expect(check(good).event).toEqual({ type: 'trial.started', stream: 'prospect/p-1', data: {} });
  });

  it('may be about a company', () => {
    expect(check({ type: 'invoice.paid', companyId: 'c/1' }).event?.stream).toBe('company/c/1');
  });

  it.each([[null], ['text'], [[]], [1], [undefined]])('is an object, not %j', (item) => {
    expect(faultsOf(item)).toEqual(['']);
  });

  it('names every fault at its place', () => {
    expect(
      faultsOf({
        id: '',
        type: 'Trial Started',
        prospectId: 'p',
        occurredAt: {},
        data: [],
        workspace: 'x',
      }).sort(),
    ).toEqual(['/data', '/id', '/occurredAt', '/type', '/workspace']);
    expect(faultsOf({ type: 'trial.started' })).toEqual(['/prospectId']);
    expect(faultsOf({ ...good, companyId: 'c' })).toEqual(['/companyId']);
    expect(faultsOf({})).toContain('/type');
  });

  it.each(['a.b', 'trial.started', 'a1_b-c.d_e-f.0', `a.${'b'.repeat(118)}`])('may be of type %s', (type) => {
    expect(isAccepted({ ...good, type })).toBe(true);
  });

  it.each([
    'a',
    'trial',
    '.a',
    'a.',
    'a..b',
    'A.b',
    '1a.b',
    'a.b c',
    'a.b\n',
    'ä.b',
    `a.${'b'.repeat(119)}`,
    '#.b',
    'a.*',
  ])('may not be of type %j', (type) => {
    expect(faultsOf({ ...good, type })).toContain('/type');
  });

  it.each([
    'enrollment.started',
    'email.sent',
    'sms.sent',
    'call.made',
    'webhook.sent',
    'campaign.launched',
    'prospect.erased',
  ])('may not claim to be %s, which only Herald records', (type) => {
    expect(faultsOf({ ...good, type })).toEqual(['/type']);
  });

  it.each(['a', 'user@example.com', 'a/b', '/x', 'über 1', '😀', 'x'.repeat(200), '$ne', 'a.b', '-1'])(
    'may have the id %j and be about it',
    (id) => {
      expect(check({ ...good, id, prospectId: id }).faults).toEqual([]);
    },
  );

  it.each([
    '',
    ' ',
    ' a',
    'a ',
    'a\nb',
    'a\u0000',
    'a\u200b',
    '\u202ea',
    '\ud800',
    '.',
    '..',
    '/',
    './..',
    'x'.repeat(201),
  ])('may not have the id %j nor be about it', (id) => {
    expect(faultsOf({ ...good, id })).toEqual(['/id']);
    expect(faultsOf({ ...good, prospectId: id })).toEqual(['/prospectId']);
  });
});

describe('the time of an event', () => {
  it.each([
    ['2026-01-31T08:59:59Z', Date.UTC(2026, 0, 31, 8, 59, 59)],
    ['2026-01-31t09:00:00z', NOW],
    ['2026-01-31T10:00:00+01:00', NOW],
    ['2026-01-31T09:00:00.123456Z', NOW + 123],
    ['2026-01-31T09:05:00Z', NOW + 5 * span.MINUTE],
    ['2000-01-01T00:00:00Z', Date.UTC(2000)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    [NOW / 1000, NOW],
    [NOW / 1000 + 0.25, NOW + 250],
    [NOW, NOW],
    [String(NOW / 1000), NOW],
  ])('%s is read', (occurredAt, expected) => {
    expect(check({ ...good, occurredAt }).event?.occurredAt).toBe(expected);
  });

  it.each([
    '2026-01-31T09:05:00.001Z',
    '1999-12-31T23:59:59Z',
    '2025-02-29T00:00:00Z',
    '2026-01-31',
    '2026-01-31T09:00:00',
    '2026-01-31T25:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T08:59:60Z',
    '2026-W05-6T09:00:00Z',
    '01/31/2026',
    'Sat, 31 Jan 2026 09:00:00 GMT',
    '20260131',
    0,
    -1,
    1769850000000000,
    'now',
    '2026-01-31T09:00:00Z[Europe/Paris]',
    '',
  ])('%j is refused', (occurredAt) => {
    expect(faultsOf({ ...good, occurredAt })).toEqual(['/occurredAt']);
  });

  it('may be 5 minutes of wall time ahead on a clock that runs fast', () => {
    const occurredAt = new Date(NOW + 500 * span.MINUTE).toISOString();
    expect(check({ ...good, occurredAt }, { rate: 100, now: () => NOW }).faults).toEqual([]);
    expect(check({ ...good, occurredAt }, { rate: 99, now: () => NOW }).faults).toHaveLength(1);
  });
});
