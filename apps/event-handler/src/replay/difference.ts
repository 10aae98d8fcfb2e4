import { canonicalJson, isObject } from '@herald/domain';

/** One document that is not what the log says. */
export interface Difference {
  readonly collection: string;
  readonly workspace: string;
  readonly id: string;
  /** `missing`: the log has it, the collection has not. `orphaned`: the other way round. */
  readonly kind: 'missing' | 'different' | 'orphaned';
  /** Paths at which the two differ, the first few. Never values: they are about people. */
  readonly at: readonly string[];
}

const MAX_PATHS = 5;

/**
 * The paths at which two values differ, up to a few; `.` stands for the whole. Empty: they are the same, byte
 * for byte, in canonical form.
 */
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
