import { WORKSPACE_PATTERN } from '@herald/domain';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { type Principal, SCOPES } from './api-keys.ts';

/** The file of API keys cannot be used. `message` lists every fault with its line; no hash stands in it. */
export class ApiKeyFileError extends Error {
  readonly code = 'api_keys';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The file of API keys cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ApiKeyFileError';
    this.faults = faults;
  }
}

const FIELDS = ['id', 'workspace', 'scopes', 'sha256'];
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const WORKSPACE = new RegExp(WORKSPACE_PATTERN);
const SHA256 = /^[0-9a-fA-F]{64}$/;
const KNOWN_SCOPES: ReadonlySet<string> = new Set([...SCOPES, '*']);

/** Principals by the SHA-256 (hex) of their key. Throws an `ApiKeyFileError` that names every fault. */
export function parseKeyFile(text: string): Map<string, Principal> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, stringKeys: true });
  const faults: string[] = [];
  const fault = (node: unknown, what: string): undefined => {
    const offset = (node as Node | undefined)?.range?.[0] ?? 0;
    faults.push(`line ${lines.linePos(offset).line || 1}: ${what}`);
  };
  const byHash = new Map<string, Principal>();
  const ids = new Set<string>();

  // The parser's message quotes the line, which may hold a hash.
  for (const error of document.errors)
    faults.push(`line ${error.linePos?.[0].line ?? 1}: not YAML (${error.code})`);
  if (faults.length > 0) throw new ApiKeyFileError(faults);

  const text1 = (map: YAMLMap, name: string, pattern: RegExp, expected: string): string | undefined => {
    const node = map.get(name, true);
    if (node === undefined) return fault(map, `${name} is missing; expected ${expected}`);
    // The source, not the value: YAML reads a hash of digits with one `e` in it as a number.
    const value = isScalar(node) ? (node.source ?? '') : '';
    return pattern.test(value) ? value : fault(node, `${name} is not right; expected ${expected}`);
  };

  const scopesOf = (map: YAMLMap): string[] | undefined => {
    const node = map.get('scopes', true) as unknown;
    if (!isSeq(node) || node.items.length === 0) {
      return fault(node ?? map, 'scopes is not right; expected a list of at least one scope');
    }
    const scopes = node.items.map((item) => {
      const scope = isScalar(item) ? String(item.value) : '';
      return KNOWN_SCOPES.has(scope)
        ? scope
        : fault(item, `"${scope.slice(0, 40)}" is no scope; there are ${[...KNOWN_SCOPES].join(', ')}`);
    });
    return scopes.every((scope) => scope !== undefined) ? scopes : undefined;
  };

  const addKey = (item: unknown): void => {
    if (!isMap(item)) return fault(item, `a key is not right; expected a map of ${FIELDS.join(', ')}`);
    for (const { key } of item.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!FIELDS.includes(name))
        fault(key, `"${name.slice(0, 40)}" is no field of a key; there are ${FIELDS.join(', ')}`);
    }
    const keyId = text1(item, 'id', KEY_ID, 'letters, digits, dots, dashes');
    const workspace = text1(item, 'workspace', WORKSPACE, 'lower-case letters, digits and dashes');
    const scopes = scopesOf(item);
    const hash = text1(item, 'sha256', SHA256, 'the SHA-256 of the key as 64 hex digits')?.toLowerCase();
    if (keyId !== undefined && ids.has(keyId)) fault(item, `id "${keyId}" is taken by a key above`);
    if (hash !== undefined && byHash.has(hash)) fault(item, 'sha256 is that of a key above');
    if (keyId === undefined || workspace === undefined || scopes === undefined || hash === undefined) return;
    ids.add(keyId);
    byHash.set(hash, Object.freeze({ keyId, workspace, scopes: Object.freeze(scopes) }));
  };

  const root: unknown = document.contents;
  const keys = isMap(root) && root.items.length === 1 ? (root.get('keys', true) as unknown) : undefined;
  if (isSeq(keys)) for (const item of keys.items) addKey(item);
  else fault(root, 'expected one field, `keys`, with a list');
  if (faults.length > 0) throw new ApiKeyFileError(faults);
  return byHash;
}
