import type { Clock } from '@herald/domain';
import { describe, expect, it } from 'vitest';
import { checkEvent } from './event-fields.ts';
import { collectFaults } from './faults.ts';

const NOW = Date.UTC(2026, 0, 31, 9);
const clock: Clock = { rate: 1, now: () => NOW };

const check = (item: unknown, at = clock, country?: string) => {
  const faults = collectFaults();
  return { event: checkEvent(item, at, faults, country), faults: faults.found };
};
const faultsOf = (item: unknown): string[] => check(item).faults.map(({ path }) => path);
const isAccepted = (item: unknown): boolean => check(item).event !== undefined;

describe('an event that Herald understands', () => {
  const updated = (traits: unknown) => ({ type: 'prospect.updated', prospectId: 'p', data: { traits } });

  it('updates traits and the company', () => {
    const traits = {
      email: 'a@b.example',
      timezone: 'Europe/Paris',
      plan: null,
      tags: ['a'],
      n: 1.5,
      _x9: { y: true },
    };
    expect(isAccepted({ type: 'prospect.updated', prospectId: 'p', data: { traits, companyId: 'c' } })).toBe(
      true,
    );
    expect(isAccepted({ type: 'prospect.updated', prospectId: 'p', data: { companyId: null } })).toBe(true);
    expect(isAccepted({ type: 'company.updated', companyId: 'c', data: { traits: { employees: 5 } } })).toBe(
      true,
    );
  });

  it.each([
    ['an unknown field', { type: 'prospect.updated', prospectId: 'p', data: { trait: {} } }, '/data/trait'],
    ['traits that are a list', updated([]), '/data/traits'],
    [
      'a company id that is a number',
      { type: 'prospect.updated', prospectId: 'p', data: { companyId: 1 } },
      '/data/companyId',
    ],
    [
      'a company id of a space',
      { type: 'prospect.updated', prospectId: 'p', data: { companyId: ' ' } },
      '/data/companyId',
    ],
    [
      'a company of a company',
      { type: 'company.updated', companyId: 'c', data: { companyId: 'd' } },
      '/data/companyId',
    ],
    ['a trait named by a dash', updated({ 'a-b': 1 }), '/data/traits/a-b'],
    ['a trait named by a digit', updated({ '1a': 1 }), '/data/traits/1a'],
    ['a trait with a dollar', updated({ $set: 1 }), '/data/traits/$set'],
    ['a long name', updated({ ['a'.repeat(65)]: 1 }), `/data/traits/${'a'.repeat(65)}`],
    ['a trait like a document', updated({ a: 'x'.repeat(4_096) }), '/data/traits/a'],
    ['a prospect’s change of a company', { type: 'prospect.updated', companyId: 'c', data: {} }, '/type'],
    ['a company’s change of a prospect', { type: 'company.updated', prospectId: 'p', data: {} }, '/type'],
  ])('does not take %s', (_title, item, path) => {
    expect(faultsOf(item)).toContain(path);
  });

  it.each([
    'a@b.example',
    "o'neil+tag@sub.example.com",
    'jörg@exämple.de',
    `${'a'.repeat(64)}@b.example`,
    null,
  ])('accepts %j as an e-mail address', (email) => {
    expect(check(updated({ email })).faults).toEqual([]);
  });

  it.each([
    'a@b.example\r\nBcc: x@y.example',
    'a@b.example, c@d.example',
    'Ann <a@b.example>',
    '"a b"@c.example',
    'a@',
    'a b@c.example',
    'a@b.example\u0085',
    '\u202ea@b.example',
    'ada@example',
    'user@localhost',
    `${'a'.repeat(65)}@b.example`,
    '"ada"@b.example',
    'mailto:a@b.example',
    'a@[127.0.0.1]',
    'a..b@c.example',
    `${'a'.repeat(250)}@b.example`,
    ['a@b.example'],
    1,
    '',
  ])('does not accept %j as an e-mail address', (email) => {
    expect(faultsOf(updated({ email }))).toEqual(['/data/traits/email']);
  });

  it('stores an address in its normalised form', () => {
    const { event } = check(updated({ email: ' a@b.example\u00a0', phone: '+44 (0)7946 000999', name: 'A' }));
    expect(event?.data).toEqual({ traits: { email: 'a@b.example', phone: '+447946000999', name: 'A' } });
  });

  it.each([
    ['030 901820', 'DE', '+4930901820'],
    ['07946 000999', 'gb', '+447946000999'],
    ['+14155550101', undefined, '+14155550101'],
  ])('reads the phone number %j by the country %s of the workspace', (phone, country, number) => {
    const { event } = check(updated({ phone }), clock, country);
    expect(event?.data).toEqual({ traits: { phone: number } });
  });

  it('prefers the person’s own country to that of the workspace', () => {
    const { event } = check(updated({ phone: '07946 000999', country: 'GB' }), clock, 'DE');
    expect(event?.data).toEqual({ traits: { phone: '+447946000999', country: 'GB' } });
  });

  it.each([
    '030 901820',
    '+49 30 901820/21',
    '+14155550100 x12',
    '1-800-FLOWERS',
    '12345',
    '',
    14_155_550_101,
    ['+14155550101'],
  ])('does not accept %j as a phone number', (phone) => {
    expect(faultsOf(updated({ phone }))).toEqual(['/data/traits/phone']);
  });

  it.each([
    ['sms', '+44 (0)7946 000999', '+447946000999'],
    ['call', '+1 415-555-0101', '+14155550101'],
    ['email', ' jürgen@müller.example', 'jürgen@xn--mller-kva.example'],
    [undefined, '+1 415-555-0101', '+14155550101'],
    ['all', 'a@b.example', 'a@b.example'],
  ])(
    'stores a suppressed address of %s in the form that messages are sent to: %j',
    (channel, address, kept) => {
      const data = { ...(channel === undefined ? {} : { channel }), address };
      expect(check({ type: 'prospect.suppressed', prospectId: 'p', data }).event?.data.address).toBe(kept);
    },
  );

  it.each([
    ['email', 'ada@example'],
    ['sms', '030 901820'],
    [undefined, 'nobody'],
  ])('does not accept an invalid suppressed address of %s: %j', (channel, address) => {
    const data = { ...(channel === undefined ? {} : { channel }), address };
    expect(faultsOf({ type: 'prospect.suppressed', prospectId: 'p', data })).toEqual(['/data/address']);
  });

  it.each(['Europe/Paris', 'UTC', 'America/Argentina/Buenos_Aires', 'Asia/Calcutta', 'US/Pacific', null])(
    'takes %j as a zone',
    (timezone) => {
      expect(isAccepted(updated({ timezone }))).toBe(true);
    },
  );

  it.each([
    'Mars/Olympus',
    '+01:00',
    'PST',
    'BST',
    'IST',
    'CST',
    'EST',
    'GMT+5',
    'Europe/Paris\n',
    '',
    5,
    '__proto__',
  ])('does not accept %j as a zone', (timezone) => {
    expect(faultsOf(updated({ timezone }))).toEqual(['/data/traits/timezone']);
  });

  it('accepts a consent for one channel or all, with a reason', () => {
    for (const type of ['prospect.subscribed', 'prospect.unsubscribed']) {
      for (const data of [{}, { channel: 'email' }, { channel: 'all', reason: 'asked by phone' }])
        expect(isAccepted({ type, prospectId: 'p', data })).toBe(true);
      for (const data of [
        { channel: 'pigeon' },
        { channel: null },
        { reason: 1 },
        { reason: 'x'.repeat(501) },
        { messageId: 'm' },
      ])
        expect(isAccepted({ type, prospectId: 'p', data })).toBe(false);
      expect(isAccepted({ type, companyId: 'c' })).toBe(false);
    }
  });
});
