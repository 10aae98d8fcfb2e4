import { generateKeyPairSync } from 'node:crypto';
import type { Secrets } from '@herald/config';
import { createLog } from '@herald/log';
import { describe, expect, test } from 'vitest';
import { createDkimKeys } from './dkim-keys.ts';
import { dnsRecordOf, readDkimKeys } from './read-keys.ts';

const pemOf = (key: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer }): string =>
  String(key.export({ type: 'pkcs8', format: 'pem' }));
const rsa = (modulusLength: number): string =>
  pemOf(generateKeyPairSync('rsa', { modulusLength }).privateKey);

const GOOD = rsa(1_024);
const named = (name: string, pem = GOOD): string => `${name}\n${pem}`;

describe('keys in a text', () => {
  test('are read with their names, in either case, between comments, and from one line', () => {
    const text = `# of 2026\n\n${named('2026A._domainkey.Acme.example.')}\n${named('s.two._domainkey.müller.example')}`;
    for (const form of [text, text.replaceAll('\n', '\\n'), text.replaceAll('\n', '\r\n')]) {
      const { keys, faults } = readDkimKeys(form);
      expect(faults).toEqual([]);
      expect(keys.map(({ selector, domain }) => [selector, domain])).toEqual([
        ['2026a', 'acme.example'],
        ['s.two', 'xn--mller-kva.example'],
      ]);
    }
  });

  test('show neither in JSON nor in a log', () => {
    const { keys } = readDkimKeys(named('a._domainkey.acme.example'));
    expect(JSON.stringify(keys)).toBe('[{"selector":"a","domain":"acme.example","privateKey":{}}]');
  });

  test.each<[string, string, RegExp]>([
    ['a key without a name', GOOD, /^line 1: this key has no name/],
    ['a name without a key', 'a._domainkey.acme.example', /^line 1: no private key follows/],
    [
      'another name before the key',
      named('a._domainkey.acme.example\nb._domainkey.acme.example'),
      /^line 1: no pri/,
    ],
    ['a domain alone', named('acme.example'), /^line 1: expected the key’s name in DNS/],
    ['a domain that is none', named('a._domainkey.acme'), /^line 1: expected the key’s name in DNS/],
    ['a selector that is none', named('a b._domainkey.acme.example'), /^line 1: expected the key’s name/],
    [
      'a text that is no PEM',
      named('a._domainkey.acme.example', 'c2VjcmV0'),
      /^line 2: expected a private key in PEM/,
    ],
    ['a PEM that is cut', named('a._domainkey.acme.example', GOOD.slice(0, 90)), /^line 2: .* no END line/],
    [
      'a broken PEM',
      named('a._domainkey.acme.example', GOOD.replace(/MII/, '!!!')),
      /^line 2: this is no private key in PEM/,
    ],
    [
      'a key that is too small',
      named('a._domainkey.acme.example', rsa(512)),
      /^line 2: this key has 512 bits/,
    ],
    [
      'a kind of key that nothing here signs with',
      named('a._domainkey.acme.example', pemOf(generateKeyPairSync('ed25519').privateKey)),
      /^line 2: this is a key for ed25519/,
    ],
    [
      'the same name twice',
      `${named('a._domainkey.acme.example')}${named('a._domainkey.acme.example')}`,
      /has a key already$/,
    ],
  ])('are refused with the line and without the key: %s', (_what, text, expected) => {
    const { faults } = readDkimKeys(text);
    expect(faults[0]).toMatch(expected);
    expect(faults.join()).not.toContain('c2VjcmV0');
    expect(faults.join()).not.toContain(GOOD.split('\n')[2]);
  });

  test('have the record that is to be published', () => {
    const [key] = readDkimKeys(named('a._domainkey.acme.example')).keys;
    expect(key && dnsRecordOf(key)).toMatch(/^v=DKIM1; k=rsa; p=MIGf[A-Za-z0-9+/]+=*$/);
  });
});

describe('the key of a mail', () => {
  const files = new Map<string, string>();
  const lines: string[] = [];
  const secrets: Partial<Secrets> = {
    read: (workspace, name) => files.get(`${workspace}.${name}`),
    installation: (name) => files.get(name),
    workspacesWith: () =>
      [...files.keys()].filter((file) => file.endsWith('.dkim')).map((file) => file.slice(0, -5)),
  };
  const log = createLog({
    service: 'test',
    level: 'info',
    destination: { write: (line: string) => void lines.push(line) },
  });
  const keys = (written: Record<string, string>, configured?: string) => {
    files.clear();
    for (const [file, text] of Object.entries(written)) files.set(file, text);
    const defaultSender = { email: 'news@herald.example' };
    return createDkimKeys({ secrets, configured, defaultSender, log });
  };
  const own = named('own._domainkey.herald.example');
  const acme = `${named('new._domainkey.acme.example')}${named('old._domainkey.acme.example')}`;

  test('is the first of its domain, or of the nearest domain above it', () => {
    const { for: keyFor } = keys({ 'acme.dkim': acme });
    expect(keyFor('acme', 'a@acme.example')?.selector).toBe('new');
    expect(keyFor('acme', 'a@mail.acme.example')).toMatchObject({ selector: 'new', domain: 'acme.example' });
    expect(keyFor('acme', 'a@notacme.example')).toBeUndefined();
  });

  test('is never one of another workspace, and the installation’s only for mail from SENDER', () => {
    const { for: keyFor } = keys({ 'acme.dkim': acme, dkim: own });
    expect(keyFor('globex', 'a@acme.example')).toBeUndefined();
    expect(keyFor('globex', 'news@herald.example')?.selector).toBe('own');
    expect(keyFor('globex', 'boss@herald.example')).toBeUndefined();
    // By the workspace's own mail server, which could keep what was signed.
    expect(keyFor('globex', 'news@herald.example', true)).toBeUndefined();
    expect(keyFor('acme', 'a@acme.example', true)?.selector).toBe('new');
  });

  test('changes with the secret; a broken one is logged and changes nothing', () => {
    const { for: keyFor } = keys({ 'acme.dkim': acme });
    files.set('acme.dkim', named('2027._domainkey.acme.example'));
    expect(keyFor('acme', 'a@acme.example')?.selector).toBe('2027');
    files.set('acme.dkim', '2028._domainkey.acme.example');
    expect(keyFor('acme', 'a@acme.example')?.selector).toBe('2027');
    expect(keyFor('acme', 'a@acme.example')?.selector).toBe('2027');
    expect(lines.filter((line) => line.includes('line 1: no private key'))).toHaveLength(1);
    files.delete('acme.dkim');
    expect(keyFor('acme', 'a@acme.example')).toBeUndefined();
  });

  test.each<[string, Record<string, string>, string | undefined, string]>([
    ['of a workspace', { 'acme.dkim': 'x' }, undefined, 'the secret acme.dkim, line 1: expected'],
    ['of the installation', { dkim: '\nx' }, undefined, 'the secret dkim, line 2: expected'],
    ['in the environment', {}, 'x', 'DKIM_KEYS, line 1: expected'],
    ['set twice', { dkim: own }, own, 'keep one of them'],
    [
      'of another domain than SENDER',
      { dkim: acme },
      undefined,
      'is for acme.example, but SENDER is news@herald',
    ],
  ])('stops the start if it cannot be used: %s', (_what, written, configured, expected) => {
    expect(() => keys(written, configured)).toThrow(expected);
  });
});
