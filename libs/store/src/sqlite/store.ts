import { type Database, openDatabase } from '@herald/sqlite';
import type { Collection, CollectionSpec, Document } from '../documents.ts';
import type { Store } from '../store.ts';
import { createCollection } from './collection.ts';
import { createEventLog, EVENTS } from './event-log.ts';
import { migrate, missingFrom } from './schema.ts';
import { documentTable } from './table.ts';

export interface SqliteStoreOptions {
  /**
   * Where the database is; it and its folder are made if need be. Beside it stands a `-wal` file that belongs
   * to it.
   */
  readonly file: string;
  /** All kinds of documents that will be asked for. */
  readonly collections: readonly CollectionSpec<Document>[];
}

/**
 * The store in one SQLite file, for one process: a second one that opens the file gets an error. Until the
 * file has what the specs need, every call but `migrate`, `ping` and `close` rejects.
 */
export const openSqliteStore = ({ file, collections }: SqliteStoreOptions): Store =>
  createSqliteStore(openDatabase(file), collections);

/** The same on an open database, which the store closes. */
export function createSqliteStore(
  database: Database,
  collections: readonly CollectionSpec<Document>[],
): Store {
  const tables = new Map(collections.map((spec) => [spec.name, documentTable(spec)]));
  const schemas = [EVENTS, ...tables.values()];
  let migrated = false;
  let pulse = 0;

  const ready = (): Database => {
    if (migrated) return database;
    const missing = missingFrom(database, schemas);
    if (missing.length > 0) throw new Error(`The store is not migrated, it lacks: ${missing.join(', ')}`);
    migrated = true;
    return database;
  };

  return {
    log: createEventLog(ready),
    collection<T extends Document>(spec: CollectionSpec<T>): Collection<T> {
      const table = tables.get(spec.name);
      if (table === undefined) throw new Error(`The store was opened without the collection ${spec.name}`);
      return createCollection<T>(ready, table);
    },
    migrate: () => database.write(() => migrate(database, schemas)),
    async ping() {
      pulse = pulse === 1 ? 2 : 1;
      // The number in the file's header that is free for applications: a write of one page, and nothing that
      // grows.
      await database.write(() => database.exec(`PRAGMA user_version = ${pulse}`));
    },
    close: () => database.close(),
  };
}
