import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '@herald/harness/scratch';
import { logLines } from '@herald/log/testing';
import { describe, expect, it } from 'vitest';
import { hashApiKey, loadApiKeys } from './load-api-keys.ts';

const content = (...keys: string[]): string =>
  'keys: ' +
  `[${keys.map((key) => `{ id: ${key}, workspace: acme, scopes: [events:write], sha256: ${hashApiKey(key)} }`).join(', ')}]`;

function withKeys(...keys: string[]) {
  const file = join(scratch(), 'keys.yaml');
  writeFileSync(file, content(...keys));
  const { log, lines } = logLines();
  return { file, lines, keys: loadApiKeys(file, { log, every: 0 }) };
}

describe('loadApiKeys', () => {
  it('finds a key by its text, and no other', () => {
    const { keys } = withKeys('one', 'two');
    expect(keys.find('two')).toEqual({ keyId: 'two', workspace: 'acme', scopes: ['events:write'] });
    for (const wrong of ['three', '', 'on', hashApiKey('one')]) expect(keys.find(wrong)).toBeUndefined();
  });

  it('follows a change of the file', () => {
    const { file, keys, lines } = withKeys('one');
    writeFileSync(`${file}.new`, content('two'));
    renameSync(`${file}.new`, file);
    expect(keys.find('one')).toBeUndefined();
    expect(keys.find('two')?.keyId).toBe('two');
    expect(lines()).toEqual([expect.objectContaining({ level: 'info', keys: 1 })]);
  });

  it('keeps the keys it has while a new file cannot be used or is missing, logs that once, and recovers', () => {
    const { file, keys, lines } = withKeys('one');
    writeFileSync(file, 'keys: [{}]');
    expect(keys.find('one')?.keyId).toBe('one');
    expect(keys.find('one')?.keyId).toBe('one');
    expect(lines()).toEqual([expect.objectContaining({ level: 'error' })]);
    rmSync(file);
    expect(keys.find('one')?.keyId).toBe('one');
    expect(lines()).toHaveLength(2);
    writeFileSync(file, content('three'));
    expect(keys.find('one')).toBeUndefined();
    expect(keys.find('three')?.keyId).toBe('three');
  });

  it('checks the file no more often than asked', () => {
    const file = join(scratch(), 'keys.yaml');
    writeFileSync(file, content('one'));
    const keys = loadApiKeys(file, { every: 3_600_000 });
    writeFileSync(file, content('two'));
    expect(keys.find('one')?.keyId).toBe('one');
  });

  it('does not start with a file that cannot be used', () => {
    const file = join(scratch(), 'keys.yaml');
    expect(() => loadApiKeys(file)).toThrow('ENOENT');
    writeFileSync(file, 'keys: [{}]');
    expect(() => loadApiKeys(file)).toThrow('line 1: id is missing');
  });
});
