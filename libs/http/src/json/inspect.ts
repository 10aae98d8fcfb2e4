import { UnfitNumber } from '@herald/domain';
import { pointer } from '../problem/pointer.ts';
import { MAX_JSON_DEPTH } from './limits.ts';

/** What in a value cannot be taken, and where. */
export interface Found {
  path: string;
  readonly message: string;
}

/** The first thing in a value from outside that cannot be taken. Counts the names of its objects in `names`. */
export function inspect(value: unknown, depth: number, names: { seen: number }): Found | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : halfPair();
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : { path: '', message: 'is a number too large' };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof UnfitNumber) return { path: '', message: value.reason };
  if (depth > MAX_JSON_DEPTH) return { path: '', message: `is nested deeper than ${MAX_JSON_DEPTH} levels` };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const found = inspect(value[index], depth + 1, names);
      if (found !== undefined) return within(String(index), found);
    }
    return undefined;
  }
  // Not `Object.entries`: for many names it builds a second object that costs more than reading the first.
  for (const name in value) {
    const part = (value as Record<string, unknown>)[name];
    names.seen += 1;
    const found = inspectName(name, part) ?? inspect(part, depth + 1, names);
    if (found !== undefined) return within(name, found);
  }
  return undefined;
}

function within(name: string, found: Found): Found {
  found.path = `${pointer('', name.slice(0, 100))}${found.path}`;
  return found;
}

function inspectName(name: string, value: unknown): Found | undefined {
  if (!name.isWellFormed()) return halfPair();
  const reaches =
    name === '__proto__' || (name === 'constructor' && Object.hasOwn(Object(value), 'prototype'));
  return reaches ? { path: '', message: 'is a name that is not allowed' } : undefined;
}

const halfPair = (): Found => ({ path: '', message: 'holds half of a surrogate pair' });
