/**
 * The store port: an event log and documents. Implementations: `@herald/store/sqlite` (embedded),
 * `@herald/store/mongodb` (distributed).
 * Every implementation passes `@herald/store/contract-suite`.
 */
export { ConflictError, insertNumbered, retryOnConflict } from './conflict.ts';
export { InvalidCursorError, isInvalidCursor } from './cursor.ts';
export type {
  Collection,
  CollectionSpec,
  CountRow,
  Document,
  FindQuery,
  Page,
  Scalar,
  Write,
} from './documents.ts';
export type { AppendResult, EventLog, LogQuery, StreamQuery } from './event-log.ts';
export { findAll } from './find-all.ts';
export type { Store } from './store.ts';
export { StoreUnavailableError, unavailability } from './unavailable.ts';
