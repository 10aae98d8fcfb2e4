import type { Database } from '@herald/sqlite';

/** What one table must have. */
export interface TableSchema {
  /** Quoted where it has to be. */
  readonly table: string;
  /** The columns that every table of this kind has from its first day. */
  readonly base: string;
  /** Further columns, added (and filled) when a spec first asks for them; quoted. */
  readonly fields: readonly string[];
  readonly indexes: readonly IndexSchema[];
  /** Fills the added columns of the rows that are there. */
  readonly backfill?: (database: Database) => void;
}

export interface IndexSchema {
  readonly name: string;
  /** The whole CREATE INDEX statement; compared as text with the one in the file. */
  readonly sql: string;
}

/**
 * Null in an indexed field. JSON has no infinities, so it collides with nothing; it sorts before every
 * number, as null must.
 */
const NULL = '-1e999';

const unquoted = (name: string): string => name.replaceAll('"', '');
const columnsOf = (database: Database, table: string): Set<unknown> =>
  new Set(
    database
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(unquoted(table))
      .map(({ name }) => name),
  );
const indexSql = (database: Database, name: string): unknown =>
  database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?").get(unquoted(name))
    ?.sql;

/** Names of the tables, columns and indexes that the file lacks or has otherwise. */
export function missingFrom(database: Database, schemas: readonly TableSchema[]): string[] {
  return schemas.flatMap(({ table, fields, indexes }) => {
    const columns = columnsOf(database, table);
    if (columns.size === 0) return [unquoted(table)];
    return [
      ...fields.map(unquoted).filter((field) => !columns.has(field)),
      ...indexes
        .filter(({ name, sql }) => indexSql(database, name) !== sql)
        .map(({ name }) => unquoted(name)),
    ];
  });
}

/**
 * Makes what is missing. Runs inside a transaction: after a crash the file is as it was before, or migrated.
 */
export function migrate(database: Database, schemas: readonly TableSchema[]): void {
  for (const schema of schemas) {
    const { table } = schema;
    database.exec(`CREATE TABLE IF NOT EXISTS ${table} (${schema.base}) STRICT`);
    const columns = columnsOf(database, table);
    const added = schema.fields.filter((field) => !columns.has(unquoted(field)));
    for (const field of added) {
      database.exec(`ALTER TABLE ${table} ADD COLUMN ${field} ANY NOT NULL DEFAULT ${NULL}`);
    }
    if (added.length > 0) schema.backfill?.(database);
    for (const { name, sql } of schema.indexes) {
      if (indexSql(database, name) === sql) continue;
      database.exec(`DROP INDEX IF EXISTS ${name}; ${sql}`);
    }
  }
}
