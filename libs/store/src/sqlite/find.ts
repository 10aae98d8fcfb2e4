import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { FindQuery, Scalar } from '../documents.ts';
import { type DocumentTable, decode, encode, type TableIndex } from './table.ts';

type Value = string | number | Uint8Array;

/** Statements are built from our own specs and from placeholders; no value gets into the text. */
interface Plan {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** The index of that name; throws when there is none or it has fewer fields than `equals` has values. */
export function indexOf(table: DocumentTable, name: string, equals: readonly Scalar[]): TableIndex {
  const index = table.byName.get(name);
  if (index === undefined) throw new Error(`${table.collection} has no index ${name}`);
  if (equals.length > index.own)
    throw new Error(`The index ${name} has ${index.own} fields, not ${equals.length}`);
  return index;
}

/** A `find`; `next` makes the cursor that follows a row. Undefined when the bounds admit nothing. */
export function planFind(
  table: DocumentTable,
  query: FindQuery,
): (Plan & { next(row: Record<string, unknown>): string }) | undefined {
  if (!Number.isInteger(query.limit) || query.limit < 1) throw new RangeError(`Not a limit: ${query.limit}`);
  const { index: name, equals, from, before, cursor, reverse = false } = query;
  // A cursor takes the place of the bound that it is past.
  const filter = filterOf(table, query, cursor === undefined ? undefined : reverse ? 'before' : 'from');
  if (filter === undefined) return undefined;
  const identity = [table.collection, name, equals, { from, before, reverse }];
  const { index, where, values } = filter;
  const order = index.columns.slice(equals.length);
  if (cursor !== undefined) {
    where.push(`(${order.join(', ')}) ${reverse ? '<' : '>'} (${order.map(() => '?').join(', ')})`);
    values.push(...decodeCursor(identity, cursor, order.length).map(encode));
  }
  return {
    sql: `SELECT body, sweep_at, ${order.map((column, n) => `${column} AS k${n}`).join(', ')}
      FROM ${table.table} INDEXED BY ${index.name} ${whereClause(where)}
      ORDER BY ${order.map((column) => (reverse ? `${column} DESC` : column)).join(', ')} LIMIT ?`,
    values: [...values, query.limit + 1],
    next: (row) => {
      const position = order.map((_, n) => decode(row[`k${n}`] as string | number));
      return encodeCursor(identity, position);
    },
  };
}

/** A `count`, which reads the index alone. Undefined when the bounds admit nothing. */
export function planCount(table: DocumentTable, query: Omit<FindQuery, 'limit'>): Plan | undefined {
  const filter = filterOf(table, query);
  if (filter === undefined) return undefined;
  const { index, where, values } = filter;
  return {
    sql: `SELECT count(*) AS count FROM ${table.table} INDEXED BY ${index.name} ${whereClause(where)}`,
    values,
  };
}

export const whereClause = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';

/**
 * The conditions of `equals` and of the bounds. A bound that is `past` filters but is kept, by the plus, from
 * being chosen to seek by.
 */
function filterOf(table: DocumentTable, query: Omit<FindQuery, 'limit'>, past?: 'from' | 'before') {
  const { equals, from, before } = query;
  const index = indexOf(table, query.index, equals);
  const where = index.columns.slice(0, equals.length).map((column) => `${column} = ?`);
  const values: Value[] = equals.map(encode);
  if (from === undefined && before === undefined) return { index, where, values };

  const column = index.columns[equals.length];
  if (column === undefined || equals.length === index.own) {
    throw new Error(`The index ${query.index} has no field for the bounds`);
  }
  const bounds = boundsOf(from, before);
  if (bounds === undefined) return undefined;
  where.push(`${past === 'from' ? '+' : ''}${column} >= ?`, `${past === 'before' ? '+' : ''}${column} < ?`);
  values.push(...bounds);
  return { index, where, values };
}

/** The lowest value of each kind, and what comes after its highest: null < numbers < strings < blobs. */
const KINDS = {
  null: [encode(null), -Number.MAX_VALUE],
  number: [-Number.MAX_VALUE, ''],
  string: ['', new Uint8Array(0)],
} as const;

const kindOf = (value: Scalar): keyof typeof KINDS =>
  value === null ? 'null' : typeof value === 'number' ? 'number' : 'string';

/**
 * From (inclusive) and before (exclusive), within one kind of value; undefined where there can be nothing.
 */
function boundsOf(from: Scalar | undefined, before: Scalar | undefined): [Value, Value] | undefined {
  if (before === null) return undefined;
  const kind = kindOf(from ?? before ?? null);
  if (from !== undefined && before !== undefined && kindOf(from) !== kindOf(before)) return undefined;
  const [lowest, end] = KINDS[kind];
  return [from === undefined ? lowest : encode(from), before ?? end];
}
