import { deriveId } from '@herald/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMessageReference } from './message-reference.ts';
import { MAX_RETURN_LOCAL, readReturnAddress, signReturnAddress, workspaceTag } from './return-address.ts';

const SECRET = 'a secret';
const BASE = 'bounces@mail.acme.example';
const about = { use: 'bounce', workspace: 'acme', messageId: deriveId('m') } as const;
const made = (given: Partial<Parameters<typeof signReturnAddress>[1]> = {}): string =>
  signReturnAddress(BASE, { ...about, ...given }, SECRET) ?? '';

test('an address says which message it is about, also in capitals', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('bounce', 'unsubscribe'), (text, use) => {
      const messageId = deriveId(text);
      const expected = { use, messageId, workspaceTag: workspaceTag('acme', SECRET) };
      const address = made({ use, messageId });
      expect(readReturnAddress(BASE, address, SECRET)).toEqual(expected);
      expect(readReturnAddress(BASE.toUpperCase(), address.toUpperCase(), SECRET)).toEqual(expected);
    }),
  );
});

test('the longest address that may be configured leaves a local part of 64 octets', () => {
  const base = `${'b'.repeat(MAX_RETURN_LOCAL)}@mail.acme.example`;
  const address = signReturnAddress(base, about, SECRET) ?? '';
  expect(address.indexOf('@')).toBe(64);
  expect(readReturnAddress(base, address, SECRET)).toMatchObject({ messageId: about.messageId });
});

test('no change of an address goes unnoticed, and one of another secret is forged', () => {
  const address = made();
  for (let at = BASE.indexOf('@') + 1; at < address.indexOf('@'); at += 1) {
    const other = address[at] === 'a' ? 'b' : 'a';
    const changed = `${address.slice(0, at)}${other}${address.slice(at + 1)}`;
    expect([at, readReturnAddress(BASE, changed, SECRET)]).toEqual([at, 'forged']);
  }
  expect(readReturnAddress(BASE, address, 'another secret')).toBe('forged');
});

test.each([
  ['bounces@mail.acme.example', 'plain'],
  ['bounces+@mail.acme.example', 'forged'],
  ['bounces+b@mail.acme.example', 'forged'],
  [`bounces+${'7'.repeat(49)}@mail.acme.example`, 'forged'],
  ['bounces+b@mail.other.example', undefined],
  ['ada@mail.acme.example', undefined],
  ['', undefined],
])('%j is %s', (address, expected) => {
  expect(readReturnAddress(BASE, address, SECRET)).toBe(expected);
});

test('a test mail has no such address, and an address is no other token', () => {
  expect(signReturnAddress(BASE, { ...about, messageId: 'test' }, SECRET)).toBeUndefined();
  expect(readMessageReference(SECRET, made())).toBeUndefined();
});
