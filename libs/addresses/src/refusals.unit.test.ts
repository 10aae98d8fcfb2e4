import { expect, test } from 'vitest';
import { refusalOf } from './refusals.ts';

test.each([
  ['550 5.1.1 no such user', 'hard'],
  ['550-5.1.1 The account that you tried to reach does not exist.\r\n550 5.1.1 Try another.', 'hard'],
  ['550 #5.1.0 Address rejected.', 'hard'],
  ['550 sorry, no mailbox here by that name. (#5.1.1)', 'hard'],
  ['556 5.1.10 the domain takes no mail', 'hard'],
  ['550 5.1.2 bad destination system', 'hard'],
  ['550 5.2.1 mailbox disabled', 'hard'],
  ['550 5.7.17 mailbox owner has changed', 'hard'],
  ['551 user not local', 'hard'],
  ['521 takes no mail', 'hard'],
  ['552 5.2.2 mailbox full', 'soft'],
  ['5.2.2', 'soft'],
  ['552 over quota', 'soft'],
  ['452 4.2.2 mailbox full', 'soft'],
  ['421 4.1.1 later', 'soft'],
  ['550 4.4.7 delivery time expired', 'soft'],
  ['554 5.3.2 system not accepting network messages', 'soft'],
  ['550 5.4.4 unable to route', 'soft'],
  ['450 later', 'soft'],
  ['552 5.2.3 message too long', 'other'],
  ['552 5.3.4 message too big', 'other'],
  ['550 5.1.8 sender’s domain is none', 'other'],
  ['553 5.1.7 sender’s address is none', 'other'],
  ['550 5.6.0 malformed', 'other'],
  ['550 5.5.0 protocol', 'other'],
  ['550 5.7.1 [198.51.100.7] unsolicited', 'other'],
  ['550 5.7.26 DMARC', 'other'],
  ['554 Relay access denied', 'other'],
  ['550 blocked using a list', 'other'],
  ['550 SPF check failed', 'other'],
] as const)('%j is %s', (text, expected) => {
  expect(refusalOf(text)).toBe(expected);
});

test.each([
  '550 no such user',
  '554 transaction failed',
  '550 5.0.0 no',
  '500 unknown recipient',
  '',
  '550 10.5.1.1 says no',
])('what %j is about stays undefined', (text) => {
  expect(refusalOf(text)).toBeUndefined();
});

test('a status without meaning yields to the words beside it', () => {
  expect(refusalOf('5.0.0', '550 5.2.2 full')).toBe('soft');
  expect(refusalOf(undefined, '550 5.1.1 unknown')).toBe('hard');
});
