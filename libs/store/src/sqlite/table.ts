import { readJson } from '@herald/domain';
import type { Database } from '@herald/sqlite';
import type { CollectionSpec, Document, Scalar } from '../documents.ts';
import { assertSpec, valueAt } from '../spec.ts';
import type { IndexSchema, TableSchema } from './schema.ts';

/**
 * How a collection lies in SQLite: the document as JSON text, and beside it a column for each field that an
 * index names, filled by us at each write. (SQLite could read the fields out of the JSON, but refuses text
 * nested deeper than 1,000 and would parse it once per index.)
 */
export interface DocumentTable extends TableSchema {
  readonly collection: string;
  /** The names of the indexes on (workspace, id) and on sweep_at. */
  readonly key: string;
  readonly sweepIndex: string;
  readonly byName: ReadonlyMap<string, TableIndex>;
  /** The values of `fields`, in their order. */
  values(doc: Document): (string | number)[];
}

export interface TableIndex {
  readonly name: string;
  /** The columns of the spec's fields, then what makes the order total. */
  readonly columns: readonly string[];
  /** How many of them are the spec's. */
  readonly own: number;
}

/** Rows of a collection, as they are selected everywhere. */
export interface DocumentRow {
  readonly body: string;
  readonly sweep_at: number | null;
}

const BASE = `
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, sweep_at REAL, body TEXT NOT NULL`;
const FIXED = ['workspace', 'id', 'version'];
const BACKFILL_BATCH = 100;

const columnOf = (path: string): string => (FIXED.includes(path) ? path : `"$.${path}"`);

export function documentTable(spec: CollectionSpec<Document>): DocumentTable {
  assertSpec(spec);
  const indexes = Object.entries(spec.indexes);
  const paths = [...new Set(indexes.flatMap(([, fields]) => fields))].filter((path) => !FIXED.includes(path));
  const table = `"doc/${spec.name}"`;
  // No index of a spec can have these names: they have no word behind the slash.
  const key = `"doc/${spec.name}/"`;
  const sweepIndex = `"doc/${spec.name}/+"`;
  const values = (doc: Document): (string | number)[] => paths.map((path) => encode(valueAt(doc, path)));

  const byName = new Map(
    indexes.map(([name, fields]): [string, TableIndex] => {
      const columns = fields.map(columnOf);
      const tail = ['workspace', 'id'].filter((column) => !columns.includes(column));
      return [
        name,
        { name: `"doc/${spec.name}/${name}"`, columns: [...columns, ...tail], own: columns.length },
      ];
    }),
  );
  const schemas: IndexSchema[] = [...byName.values()].map(({ name, columns }) => ({
    name,
    sql: `CREATE INDEX ${name} ON ${table} (${columns.join(', ')})`,
  }));
  const own: IndexSchema[] = [
    { name: key, sql: `CREATE UNIQUE INDEX ${key} ON ${table} (workspace, id)` },
    {
      name: sweepIndex,
      sql: `CREATE INDEX ${sweepIndex} ON ${table} (sweep_at) WHERE sweep_at IS NOT NULL`,
    },
  ];
  const fields = paths.map(columnOf);

  return {
    collection: spec.name,
    table,
    base: BASE,
    fields,
    indexes: [...own, ...schemas],
    key,
    sweepIndex,
    byName,
    values,
    backfill: (database) => backfill(database, table, fields, values),
  };
}

function backfill(
  database: Database,
  table: string,
  fields: readonly string[],
  values: (doc: Document) => (string | number)[],
): void {
  const read = database.prepare(
    `SELECT rowid AS n, body FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${BACKFILL_BATCH}`,
  );
  const fill = database.prepare(
    `UPDATE ${table} SET ${fields.map((field) => `${field} = ?`).join(', ')} WHERE rowid = ?`,
  );
  for (let last = 0; ; ) {
    const rows = read.all(last) as unknown as { n: number; body: string }[];
    for (const { n, body } of rows) {
      fill.run(...values(readJson(body) as Document), n);
      last = n;
    }
    if (rows.length === 0) return;
  }
}

/** What a column holds for an index value, and back: see NULL in schema.ts. */
export const encode = (value: Scalar): string | number => value ?? Number.NEGATIVE_INFINITY;
export const decode = (value: string | number): Scalar => (value === Number.NEGATIVE_INFINITY ? null : value);
