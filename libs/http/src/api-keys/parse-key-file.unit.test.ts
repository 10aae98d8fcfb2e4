import { describe, expect, it } from 'vitest';
import { ApiKeyFileError, parseKeyFile } from './parse-key-file.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const key = (id: string, sha256: string, rest = 'workspace: acme, scopes: [events:write]') =>
  `  - { id: ${id}, ${rest}, sha256: ${sha256} }\n`;

const faultsOf = (text: string): readonly string[] => {
  try {
    parseKeyFile(text);
  } catch (error) {
    if (error instanceof ApiKeyFileError) return error.faults;
    throw error;
  }
  return [];
};

describe('parseKeyFile', () => {
  it('gives the principal of each hash', () => {
    const keys = parseKeyFile(`keys:\n${key('one', A)}${key('two', B, 'workspace: beta, scopes: ["*"]')}`);
    expect(keys.get(A)).toEqual({ keyId: 'one', workspace: 'acme', scopes: ['events:write'] });
    expect(keys.get(B)).toEqual({ keyId: 'two', workspace: 'beta', scopes: ['*'] });
  });

  it('accepts an empty list of keys', () => {
    expect(parseKeyFile('keys: []').size).toBe(0);
  });

  it('reads a hash as text, even one that YAML would read as a number', () => {
    const hash = `1e${'0'.repeat(62)}`;
    expect([...parseKeyFile(`keys:\n${key('one', hash)}`).keys()]).toEqual([hash]);
  });

  it('accepts a hash in capitals', () => {
    expect([...parseKeyFile(`keys:\n${key('one', A.toUpperCase())}`).keys()]).toEqual([A]);
  });

  it('reports every fault with its line', () => {
    const text = `keys:
  - id: one
    workspace: Acme
    scopes: [events:write, events:delete]
    sha256: abc
  - workspace: acme
    scope: [events:read]
    sha256: ${A}
  - id: one
    workspace: acme
    scopes: []
    sha256: ${A}
  - just text
`;
    expect(faultsOf(text)).toEqual([
      'line 3: workspace is not right; expected lower-case letters, digits and dashes',
      expect.stringMatching(/^line 4: "events:delete" is no scope; there are events:write, /),
      'line 5: sha256 is not right; expected the SHA-256 of the key as 64 hex digits',
      'line 7: "scope" is no field of a key; there are id, workspace, scopes, sha256',
      'line 6: id is missing; expected letters, digits, dots, dashes',
      'line 6: scopes is not right; expected a list of at least one scope',
      'line 11: scopes is not right; expected a list of at least one scope',
      'line 13: a key is not right; expected a map of id, workspace, scopes, sha256',
    ]);
  });

  it('refuses an id or a hash that appears twice', () => {
    expect(faultsOf(`keys:\n${key('one', A)}${key('one', B)}${key('two', A)}`)).toEqual([
      'line 3: id "one" is taken by a key above',
      'line 4: sha256 is that of a key above',
    ]);
  });

  it.each(['', '[]', 'text', 'keys: {}', `keys: []\nmore: 1`, 'keys:\n  one: 1', '*a', 'keys: [*a]'])(
    'refuses %j',
    (text) => {
      expect(faultsOf(text).length).toBeGreaterThan(0);
    },
  );

  it('says where it is not YAML, without quoting it', () => {
    const faults = faultsOf(`keys:\n  - id: one\n   sha256: ${A}: x`);
    expect(faults[0]).toMatch(/^line 3: not YAML/);
    expect(faults.join()).not.toContain(A);
  });

  it('does not accept an alias as a hash', () => {
    expect(faultsOf(`keys:\n${key('one', `&h ${A}`)}${key('two', '*h')}`)).toHaveLength(1);
  });
});
