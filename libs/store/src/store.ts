import type { Collection, CollectionSpec, Document } from './documents.ts';
import type { EventLog } from './event-log.ts';

/** Keeps events and documents. What is written when a promise resolves survives `kill -9`. */
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
   * Resolves when the store works like for any other call: MongoDB must read from a majority, a SQLite file
   * must take a write. Rejects otherwise. Needs no migrated store. For readiness, and to distinguish an
   * outage from a bad message.
   */
  ping(): Promise<void>;
  /** Finishes the writes under way, then lets go of the connection. */
  close(): Promise<void>;
}
