import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readEncryptionKeys } from './encryption-keys.ts';
import { openSealed, seal } from './seal.ts';

const A = randomBytes(32).toString('base64');
const B = randomBytes(32).toString('base64url');
const place = { workspace: 'acme', id: 'smtp' };

test('a sealed secret opens for its place alone, and shows nothing of itself', () => {
  const keys = readEncryptionKeys(A);
  const sealed = seal(keys, place, 'pässword with spaces ');
  expect(openSealed(keys, place, sealed)).toBe('pässword with spaces ');
  expect(Buffer.from(sealed.sealed, 'base64url').toString('latin1')).not.toContain('ssword');
  expect(seal(keys, place, 'pässword with spaces ').sealed).not.toBe(sealed.sealed);
  for (const elsewhere of [
    { workspace: 'globex', id: 'smtp' },
    { workspace: 'acme', id: 'twilio' },
    { workspace: 'acme","smtp', id: '' },
  ])
    expect(() => openSealed(keys, elsewhere, sealed)).toThrow();
});

test('a sealed secret that was changed anywhere does not open', () => {
  const keys = readEncryptionKeys(A);
  const { keyId, sealed } = seal(keys, place, 'secret');
  const bytes = Buffer.from(sealed, 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => openSealed(keys, place, { keyId, sealed: changed.toString('base64url') })).toThrow();
  }
  for (const short of ['', 'AAAA', bytes.subarray(0, 27).toString('base64url')])
    expect(() => openSealed(keys, place, { keyId, sealed: short })).toThrow();
});

test('the first key seals and all of them open, so that one can follow another', () => {
  const before = seal(readEncryptionKeys(A), place, 'secret');
  const both = readEncryptionKeys(`${B}\n${A}\n`);
  expect(openSealed(both, place, before)).toBe('secret');
  const after = seal(both, place, 'secret');
  expect(after.keyId).toBe(readEncryptionKeys(B).first.id);
  expect(() => openSealed(readEncryptionKeys(A), place, after)).toThrow(/is not in encryption-key/);
});

test.each([
  ['an empty file', ' \n'],
  ['a passphrase', 'correct horse battery staple'],
  ['16 bytes', randomBytes(16).toString('base64')],
  ['48 bytes', randomBytes(48).toString('base64')],
  ['a second line that is cut off', `${A}\n${B.slice(0, 30)}`],
])('%s is no key, and the error shows nothing of it', (_what, text) => {
  expect(() => readEncryptionKeys(text)).toThrow(/32 random bytes in base64/);
  expect(() => readEncryptionKeys(text)).not.toThrow(new RegExp(text.trim().slice(-20) || 'never'));
});
