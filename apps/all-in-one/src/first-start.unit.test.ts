import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadApiKeys } from '@herald/http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { apiKeysFile, secretsOf } from './first-start.ts';

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'herald-first-start-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

describe('apiKeysFile', () => {
  it('makes a key for everything in the workspace demo, shows it once and keeps only its hash', () => {
    const DATA_DIR = join(scratch(), 'data');
    const shown: string[] = [];
    const file = apiKeysFile({ DATA_DIR }, (key) => shown.push(key));
    expect(apiKeysFile({ DATA_DIR }, (key) => shown.push(key))).toBe(file);
    expect(shown).toHaveLength(1);
    const [key = ''] = shown;
    expect(key).toMatch(/^herald_[\w-]{32}$/);
    expect(loadApiKeys(file).find(key)).toEqual({ keyId: 'demo', workspace: 'demo', scopes: ['*'] });
    expect(readFileSync(file, 'utf8')).not.toContain(key);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(DATA_DIR).mode & 0o077).toBe(0);
  });

  it('makes no key if a file is configured', () => {
    const config = { DATA_DIR: scratch(), API_KEYS_FILE: '/etc/herald/keys.yaml' };
    expect(apiKeysFile(config, () => expect.unreachable())).toBe('/etc/herald/keys.yaml');
  });
});

describe('secretsOf', () => {
  it('makes the secret that signs links once, different in each installation', () => {
    const DATA_DIR = scratch();
    const { linkSecret, secrets } = secretsOf({ DATA_DIR });
    expect(linkSecret).toMatch(/^[\w-]{43}$/);
    expect(secrets.installation('link-secret')).toBe(linkSecret);
    expect(secretsOf({ DATA_DIR }).linkSecret).toBe(linkSecret);
    expect(secretsOf({ DATA_DIR: scratch() }).linkSecret).not.toBe(linkSecret);
    expect(statSync(join(DATA_DIR, 'secrets', 'link-secret')).mode & 0o077).toBe(0);
  });

  it('uses the one in a configured directory, and makes none there', () => {
    const SECRETS_DIR = scratch();
    const config = { DATA_DIR: scratch(), SECRETS_DIR };
    expect(() => secretsOf(config)).toThrow('SECRETS_DIR has no secret in a file link-secret');
    writeFileSync(join(SECRETS_DIR, 'link-secret'), 'ours\n');
    expect(secretsOf(config).linkSecret).toBe('ours');
  });
});
