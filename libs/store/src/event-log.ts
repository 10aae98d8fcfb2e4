import type { StoredEvent } from '@herald/domain';
import type { Page } from './documents.ts';

/**
 * The first `written` events are durable. `conflict` says what the next one ran into; it and all after it
 * were not written.
 */
export interface AppendResult {
  readonly written: number;
  /** `id`: an event of that (workspace, id) exists. `seq`: only that (workspace, stream, seq) is taken. */
  readonly conflict?: 'id' | 'seq';
}

export interface StreamQuery {
  readonly workspace: string;
  readonly stream: string;
  /** Only events with a greater seq. */
  readonly afterSeq?: number;
  /** Only these types. */
  readonly types?: readonly string[];
  /** Only events that occurred later than this (ms). */
  readonly occurredAfter?: number;
  /** Only events received no later than this (ms). */
  readonly receivedUntil?: number;
  readonly limit: number;
}

export interface LogQuery {
  readonly workspace: string;
  readonly type?: string | undefined;
  readonly stream?: string | undefined;
  /** Received at or after (ms). */
  readonly since?: number | undefined;
  /** At least 1. */
  readonly limit: number;
  /**
   * The `next` of an earlier page of the same query (`limit` may differ). Any other cursor throws an
   * `InvalidCursorError`.
   */
  readonly cursor?: string | undefined;
}

/** Append-only, per stream gapless. `(workspace, id)` and `(workspace, stream, seq)` are unique. */
export interface EventLog {
  /** Writes in the order given and stops at the first conflict: a prefix is written, never a hole. */
  append(events: readonly StoredEvent[]): Promise<AppendResult>;
  /** Those that exist, in no particular order. */
  byIds(keys: readonly { workspace: string; id: string }[]): Promise<StoredEvent[]>;
  /** One stream by ascending seq. */
  readStream(query: StreamQuery): Promise<StoredEvent[]>;
  /**
   * A workspace's events by ascending (receivedAt, id); those of one stream by seq, which needs no further
   * index.
   */
  query(query: LogQuery): Promise<Page<StoredEvent>>;
  /**
   * The whole log in (workspace, stream, seq) order, in batches of some size, none empty. Events written
   * meanwhile may be seen or not.
   */
  scan(): AsyncIterable<StoredEvent[]>;
  /** How many events there are, for a progress bar. */
  count(): Promise<number>;
  /**
   * Replaces the stored content of events that exist, by (workspace, id). Only erasure uses it; seq, stream
   * and type stay.
   */
  rewrite(events: readonly StoredEvent[]): Promise<void>;
}
