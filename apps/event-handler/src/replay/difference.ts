import { canonicalJson, isObject } from '@herald/domain';

/** One document that differs from the log. */
export interface Difference {
  readonly collection: string;
  readonly workspace: string;
  readonly id: string;
  /** `missing`: only the log has it. `orphaned`: only the collection has it. */
  readonly kind: 'missing' | 'different' | 'orphaned';
  /** The first few paths at which the two differ. Never values: they are personal data. */
  readonly at: readonly string[];
}

const MAX_PATHS = 5;

/** The first few paths at which two values differ; `.` is the whole. Empty: equal, byte for byte. */
export function differingPaths(expected: unknown, actual: unknown): string[] {
  return [...pathsOf(expected, actual, '')].slice(0, MAX_PATHS);
}

function* pathsOf(expected: unknown, actual: unknown, path: string): Generator<string> {
  if (canonicalJson(expected) === canonicalJson(actual)) return;
  if (!isObject(expected) || !isObject(actual)) {
    yield path === '' ? '.' : path;
    return;
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    yield* pathsOf(expected[key], actual[key], path === '' ? key : `${path}.${key}`);
  }
}
