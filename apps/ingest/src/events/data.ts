import { isObject, writeJson } from '@herald/domain';
import { pointer } from '@herald/http';
import type { Faults } from './faults.ts';

/** bytes of JSON */
const MAX_DATA_BYTES = 64 * 1024;
const MAX_DATA_DEPTH = 16;

/** Names that reach into JavaScript's own objects wherever somebody later copies key by key. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const CONTROL = /\p{Cc}/u;

/**
 * Adds what keeps a value from being stored and read back unchanged: forbidden or unprintable keys, numbers
 * that JSON cannot write (`1e400` reads as infinity), half surrogate pairs, too much depth or length. Its
 * cost is bounded by the limits, whatever the value.
 */
export function checkData(data: Record<string, unknown>, path: string, faults: Faults): void {
  const before = faults.count;
  const walk: Walk = { faults, path, trail: [], values: 0 };
  checkValue(data, walk);
  if (faults.count > before) return;
  // Each value takes at least one byte of JSON.
  const bytes = walk.values > MAX_DATA_BYTES ? Number.POSITIVE_INFINITY : Buffer.byteLength(writeJson(data));
  if (bytes > MAX_DATA_BYTES) faults.add(path, `is more than ${MAX_DATA_BYTES} bytes of JSON`);
}

interface Walk {
  readonly faults: Faults;
  readonly path: string;
  /** Keys and indexes from the data to the current value. */
  readonly trail: (string | number)[];
  values: number;
}

function checkValue(value: unknown, walk: Walk): void {
  walk.values += 1;
  if (typeof value === 'string') {
    if (!value.isWellFormed()) report(walk, 'holds half of a surrogate pair');
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) report(walk, 'is beyond the numbers that can be kept');
  } else if (Array.isArray(value)) {
    checkParts(value.entries(), walk);
  } else if (isObject(value)) {
    checkParts(Object.entries(value), walk);
  }
}

function checkParts(parts: Iterable<[string | number, unknown]>, walk: Walk): void {
  if (walk.trail.length >= MAX_DATA_DEPTH)
    return report(walk, `is nested deeper than ${MAX_DATA_DEPTH} levels`);
  for (const [key, part] of parts) {
    if (walk.values > MAX_DATA_BYTES) return;
    walk.trail.push(key);
    const wrong = typeof key === 'string' ? keyFault(key) : undefined;
    if (wrong === undefined) checkValue(part, walk);
    else report(walk, wrong);
    walk.trail.pop();
  }
}

const report = ({ faults, path, trail }: Walk, message: string): void => {
  faults.add(trail.reduce<string>(pointer, path), message);
};

function keyFault(key: string): string | undefined {
  if (FORBIDDEN_KEYS.has(key)) return 'is not allowed as a name';
  if (CONTROL.test(key) || !key.isWellFormed()) return 'has characters that a name cannot have';
  return undefined;
}
