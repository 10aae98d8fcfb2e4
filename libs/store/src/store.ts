import type { Collection, CollectionSpec, Document } from './documents.ts';
import type { EventLog } from './event-log.ts';

/**
 * A place where events and documents are kept. What a resolved promise says was written survives `kill -9`.
 */
export interface Store {
  readonly log: EventLog;
  /** The documents of one kind. The spec must be among those the store was opened (and migrated) with. */
  collection<T extends Document>(spec: CollectionSpec<T>): Collection<T>;
  /**
   * Creates what is missing: tables, collections, indexes. Idempotent; a deploy step, never done on first
   * use.
   */
  migrate(): Promise<void>;
  /**
   * Resolves when the store itself has just answered as it answers any other call: from MongoDB a majority
   * has to be read, a SQLite file has to take a write. Rejects otherwise. Needs no migrated store. For
   * readiness and for telling an outage from a bad message.
   */
  ping(): Promise<void>;
  /** Finishes the writes under way, then lets go of the connection. */
  close(): Promise<void>;
}
