import { readJson, writeJson } from '@herald/domain';
import type { Scalar } from '../documents.ts';
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

/**
 * How documents are written; both forms are read. `fields`: as they are, if BSON can hold them. `text`: their
 * exact JSON, and beside it only the fields of indexes.
 */
export type DocumentForm = 'fields' | 'text';

/** Reads give what `documentOf` needs, with integers of 64 bits as `bigint`. */
export const WHOLE = { projection: { _id: 0, _claim: 0 }, useBigInt64: true } as const;

/** What every row has as fields. */
const FIXED = ['workspace', 'id', 'version', 'sweepAt'];

/**
 * The row of a document with indexes on the paths `indexed`. There a row has only what an index can hold:
 * null is the same as missing to the port, and must be to every server. As text, and with more values than
 * may be fields, a document has only those by which it is found.
 */
export function rowOf(
  doc: { readonly workspace: string; readonly id: string },
  indexed: readonly string[],
  form: DocumentForm,
): Row {
  const native = form === 'text' ? undefined : toNative(doc);
  const fields = native?.fields ?? fieldsAt(doc, [...FIXED, ...indexed]);
  let isExact = native?.isExact === true;
  for (const path of indexed) {
    const unfit = unfitAt(fields, path);
    if (unfit === undefined) continue;
    delete unfit.holder[unfit.name];
    isExact = false;
  }
  const row = Object.assign({ _id: idOf(doc) }, fields) as Record<string, unknown> & Row;
  return isExact ? row : Object.assign(row, { _json: writeJson(doc) });
}

/** Something in a row that an index cannot hold: `holder[name]`, at the dotted `path` of the row. */
interface Unfit {
  readonly holder: Record<string, unknown>;
  readonly name: string;
  readonly path: string;
}

/** What lies at the path, or on the way to it, and is no string, number or, on the way, object. */
function unfitAt(fields: Record<string, unknown>, path: string): Unfit | undefined {
  let holder = fields;
  for (let start = 0; ; ) {
    const dot = path.indexOf('.', start);
    const end = dot < 0 ? path.length : dot;
    const name = path.slice(start, end);
    const value = holder[name];
    if (value === undefined) return undefined;
    const isLast = dot < 0;
    if (isLast && (typeof value === 'string' || typeof value === 'number')) return undefined;
    // A list on the way would be several entries of an index.
    if (isLast || Array.isArray(value)) return { holder, name, path: path.slice(0, end) };
    if (typeof value !== 'object' || value === null) return undefined;
    holder = value as Record<string, unknown>;
    start = dot + 1;
  }
}

/**
 * What to change in a row, read without its `_claim`, that was written when there were other indexes, so that
 * it has at these paths what they can hold; undefined if it has.
 */
export function changeFor({ _id, ...row }: Row, indexed: readonly string[]): RowChange | undefined {
  const doc = documentOf<object>(row);
  const $set: Record<string, Scalar> = {};
  const $unset: Record<string, ''> = {};
  for (const path of indexed) {
    const value = valueAt(doc, path);
    if (value !== null && value !== valueAt(row, path)) $set[path] = value;
    const unfit = value === null ? unfitAt(row, path) : undefined;
    if (unfit === undefined) continue;
    $unset[unfit.path] = '';
    $set._json = row._json ?? writeJson(doc);
  }
  if (Object.keys($set).length === 0) return undefined;
  return Object.keys($unset).length === 0 ? { $set } : { $set, $unset };
}

interface RowChange {
  readonly $set: Readonly<Record<string, Scalar>>;
  readonly $unset?: Readonly<Record<string, ''>>;
}

/** Dotted paths and the scalars at them, null left out, as nested fields. */
function fieldsAt(doc: object, paths: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const path of paths) {
    const value = valueAt(doc, path);
    if (value === null) continue;
    const names = path.split('.');
    const last = names.pop() ?? '';
    let inner = fields;
    for (const name of names) {
      inner[name] ??= {};
      inner = inner[name] as Record<string, unknown>;
    }
    inner[last] = value;
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
