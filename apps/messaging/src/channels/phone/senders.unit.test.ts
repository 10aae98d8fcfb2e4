import { expect, test } from 'vitest';
import { callSenderFault, smsSenderFault } from './senders.ts';

const SERVICE = `MG${'0123456789abcdef'.repeat(2)}`;

test.each(['+14155550100', '24680', 'ACME', 'ACME News 1', '1A', 'A&B-c_d+e', SERVICE])(
  'texts may come from %s',
  (from) => {
    expect(smsSenderFault(from)).toBeUndefined();
  },
);

test.each([
  ['ACME Newsletter', /up to 11/],
  [' ACME', /up to 11/],
  ['Grüße', /up to 11/],
  ['MG123', undefined],
  ['0301234567', /must be a number/],
  ['+44 (0)7946 000999', /must be written as \+447946000999/],
  [`${SERVICE}0`, /must be a number/],
  ['', /must be a number/],
])('of %j as the sender of texts is said: %s', (from, fault) => {
  if (fault === undefined) expect(smsSenderFault(from)).toBeUndefined();
  else expect(smsSenderFault(from)).toMatch(fault);
});

test('calls come from a number alone', () => {
  expect(callSenderFault('+14155550100')).toBeUndefined();
  expect(callSenderFault(SERVICE)).toMatch(/cannot call/);
  for (const from of ['ACME', '24680']) expect(callSenderFault(from)).toMatch(/must be a number/);
  expect(callSenderFault('+1 415 555 0100')).toBe('must be written as +14155550100');
});
