import { readJson, writeJson } from '@herald/domain';
import { valueAt } from '../spec.ts';
import { idOf } from './ids.ts';
import { toNative } from './native.ts';

/**
 * A document or an event as it lies in MongoDB: its own fields, as BSON. The names of those that the store
 * adds begin with `_`.
 */
export interface Row {
  readonly _id: string;
  readonly workspace: string;
  readonly id: string;
  readonly version?: number;
  /** Moved by a lease, wherever else the document is kept. */
  readonly sweepAt?: number | null;
  /** Who holds the lease on it. Gone with the next write. */
  readonly _claim?: unknown;
  /** The exact JSON, where the fields are not: see `toNative`. */
  readonly _json?: string;
}

/** Reads give what `documentOf` needs, with integers of 64 bits as `bigint`. */
export const WHOLE = { projection: { _id: 0, _claim: 0 }, useBigInt64: true } as const;

/** What every row has as fields. */
const FIXED = ['workspace', 'id', 'version', 'sweepAt'];

/**
 * The row of a document with indexes on the paths `indexed`. There a row has only what an index can hold:
 * null is the same as missing to the port, and must be to every server. A document with more values than may
 * be fields has only those by which it is found.
 */
export function rowOf(
  doc: { readonly workspace: string; readonly id: string },
  indexed: readonly string[],
): Row {
  const native = toNative(doc);
  const fields = native?.fields ?? fieldsAt(doc, [...FIXED, ...indexed]);
  let isExact = native?.isExact === true;
  for (const path of indexed) if (removeUnlessScalar(fields, path)) isExact = false;
  const row = Object.assign({ _id: idOf(doc) }, fields) as Record<string, unknown> & Row;
  return isExact ? row : Object.assign(row, { _json: writeJson(doc) });
}

/** Whether there was something at the path that is neither a string nor a number. */
function removeUnlessScalar(fields: Record<string, unknown>, path: string): boolean {
  let inner = fields;
  for (let start = 0; ; ) {
    const dot = path.indexOf('.', start);
    const name = path.slice(start, dot < 0 ? undefined : dot);
    const value = inner[name];
    if (value === undefined) return false;
    const isLast = dot < 0;
    if (isLast && (typeof value === 'string' || typeof value === 'number')) return false;
    // A list on the way would be several entries of an index.
    if (isLast || Array.isArray(value)) return delete inner[name];
    if (typeof value !== 'object' || value === null) return false;
    inner = value as Record<string, unknown>;
    start = dot + 1;
  }
}

/** Dotted paths and their values as nested fields. */
function fieldsAt(doc: object, paths: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const path of paths) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let inner = fields;
    for (const name of names) {
      inner[name] ??= {};
      inner = inner[name] as Record<string, unknown>;
    }
    inner[last] = valueAt(doc, path);
  }
  return fields;
}

/** The document in a row that was read with `WHOLE`. */
export function documentOf<T>(row: Partial<Row>): T {
  const { _json } = row;
  if (_json === undefined) return row as T;
  const doc = readJson(_json) as T & { sweepAt?: unknown };
  const { sweepAt = null } = row;
  return sweepAt === null || doc.sweepAt === sweepAt ? doc : { ...doc, sweepAt };
}
