import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '@herald/harness/scratch';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecrets } from './secrets.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A directory of secrets, beside a file that is not one. */
function withFiles(files: Record<string, string>): string {
  const root = scratch();
  const dir = join(root, 'secrets');
  mkdirSync(dir);
  writeFileSync(join(root, 'outside'), 'outside');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  return dir;
}

describe('createSecrets', () => {
  it('lists the workspaces that have a secret of a name', () => {
    const secrets = createSecrets(
      withFiles({
        'beta.dkim': 's',
        'acme.dkim': 's',
        dkim: 's',
        'acme.dkim2': 's',
        '..dkim': 's',
        'A.dkim': 's',
      }),
    );
    expect(secrets.workspacesWith('dkim')).toEqual(['acme', 'beta']);
    expect(createSecrets('/nowhere').workspacesWith('dkim')).toEqual([]);
  });

  it('reads a secret of a workspace and one of the installation, each only by its own kind of name', () => {
    const secrets = createSecrets(withFiles({ 'acme.stripe': 's1', 'link-secret': 's2' }));
    expect(secrets.read('acme', 'stripe')).toBe('s1');
    expect(secrets.installation('link-secret')).toBe('s2');
    expect(secrets.read('other', 'stripe')).toBeUndefined();
    expect(secrets.installation('acme.stripe')).toBeUndefined();
    expect(secrets.installation('stripe')).toBeUndefined();
  });

  it.each([
    ['s', 's'],
    ['s\n', 's'],
    ['s\r\n', 's'],
    ['s\n\n', 's\n'],
    [' s ', ' s '],
    ['', undefined],
    ['\n', undefined],
  ])('takes %j as %j', (content, secret) => {
    expect(createSecrets(withFiles({ key: content })).installation('key')).toBe(secret);
  });

  it.each(['../outside', '..', '.', '', 'a/b', 'a.b', '/etc/passwd', 'a\0b', 'A', '-a', 'é', 'x'.repeat(64)])(
    'does not accept %j as a name or a workspace',
    (name) => {
      const secrets = createSecrets(withFiles({ 'acme.a': 's' }));
      expect(secrets.read('acme', name)).toBeUndefined();
      expect(secrets.read(name, 'a')).toBeUndefined();
      expect(secrets.installation(name)).toBeUndefined();
    },
  );

  it('follows a link inside its directory, as Kubernetes makes them, but never out of it', () => {
    const dir = withFiles({});
    mkdirSync(join(dir, '..2026'));
    writeFileSync(join(dir, '..2026', 'acme.key'), 'mounted');
    symlinkSync('..2026', join(dir, '..data'));
    symlinkSync(join('..data', 'acme.key'), join(dir, 'acme.key'));
    symlinkSync('../outside', join(dir, 'acme.out'));
    const secrets = createSecrets(dir);
    expect(secrets.read('acme', 'key')).toBe('mounted');
    expect(() => secrets.read('acme', 'out')).toThrow('a link out of its directory');
  });

  it('sees a change after a few seconds, and reads the disk no sooner', () => {
    const dir = withFiles({ key: 'old' });
    const secrets = createSecrets(dir);
    expect(secrets.installation('key')).toBe('old');
    expect(secrets.installation('new')).toBeUndefined();
    writeFileSync(join(dir, 'key'), 'new');
    writeFileSync(join(dir, 'new'), 'new');
    vi.advanceTimersByTime(4_999);
    expect(secrets.installation('key')).toBe('old');
    expect(secrets.installation('new')).toBeUndefined();
    vi.advanceTimersByTime(2);
    expect(secrets.installation('key')).toBe('new');
    expect(secrets.installation('new')).toBe('new');
  });

  it('refuses a file that is too large, or a directory, without showing its content', () => {
    const dir = withFiles({ large: 'hunter2'.repeat(10_000) });
    mkdirSync(join(dir, 'folder'));
    const secrets = createSecrets(dir);
    expect(() => secrets.installation('large')).toThrow(/^the secret large is over 65536 bytes$/);
    expect(() => secrets.installation('folder')).toThrow('not a file');
  });

  it('has no secrets where there is no directory', () => {
    expect(createSecrets('/nowhere/at/all').installation('key')).toBeUndefined();
  });
});
