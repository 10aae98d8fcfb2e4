/** The store in one SQLite file: nothing to install, one process. */
export { openSqliteStore, type SqliteStoreOptions } from './store.ts';
