/**
 * A value an index can hold. Dates are numbers: milliseconds since the epoch. In an index null comes first,
 * then numbers, then strings by code point. Indexed paths hold nothing else.
 */
export type Scalar = string | number | null;

/**
 * What every document has. (workspace, id) is its key; `version` guards every write. `sweepAt` (ms since the
 * epoch) is when the sweep next has to look at it: a wait that needs its alarm, a full outbox, a lease that
 * runs out. Absent or null: never.
 */
export interface Document {
  readonly workspace: string;
  readonly id: string;
  readonly version: number;
  readonly sweepAt?: number | null;
}

/**
 * Names a kind of document and the indexes its queries are served by: index name → dotted paths of fields, in
 * order. A missing field counts as null. Every index ends, unsaid, with (workspace, id).
 */
export interface CollectionSpec<T extends Document> {
  readonly name: string;
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** Never set: it ties the document's type to the spec. */
  readonly _type?: T;
}

/**
 * One guarded write: `ifVersion: null` inserts only if the key is free, a number replaces only that version.
 */
export interface Write<T extends Document> {
  readonly doc: T;
  readonly ifVersion: number | null;
}

/**
 * A query that names the index which serves it, so that nothing ever scans. Order: the index's, ascending
 * unless `reverse`.
 */
export interface FindQuery {
  readonly index: string;
  /** Values of the index's first fields. */
  readonly equals: readonly Scalar[];
  /**
   * Bounds on the field after those: from inclusive, before exclusive. A bound admits only values of its own
   * kind: neither null nor a string is before 5.
   */
  readonly from?: Scalar;
  readonly before?: Scalar;
  /** At least 1. */
  readonly limit: number;
  /**
   * The `next` of an earlier page of the same query (`limit` may differ). Any other cursor throws an
   * `InvalidCursorError`.
   */
  readonly cursor?: string;
  readonly reverse?: boolean;
}

export interface Page<T> {
  readonly items: T[];
  /** Opaque. Absent: there is no more. */
  readonly next?: string;
}

/** How many documents share the values `key` of the index fields that follow the `equals` of a `countBy`. */
export interface CountRow {
  readonly key: readonly Scalar[];
  readonly count: number;
}

export interface Collection<T extends Document> {
  get(workspace: string, id: string): Promise<T | undefined>;
  /** In the order of `keys`. Undefined where there is none. */
  getMany(keys: readonly { workspace: string; id: string }[]): Promise<(T | undefined)[]>;
  /**
   * All writes that pass their guard are durable when this resolves; each answer says whether that one did.
   */
  write(writes: readonly Write<T>[]): Promise<boolean[]>;
  /** Removes the document, whatever its version. True: there was one. */
  remove(workspace: string, id: string): Promise<boolean>;
  find(query: FindQuery): Promise<Page<T>>;
  /** How many documents a query without limit would find. */
  count(query: Pick<FindQuery, 'index' | 'equals' | 'from' | 'before'>): Promise<number>;
  /**
   * Counts the documents whose first index fields equal `equals`, grouped by the index's other fields, in no
   * particular order.
   */
  countBy(index: string, equals: readonly Scalar[]): Promise<CountRow[]>;
  /**
   * Takes a lease on what is due: moves `sweepAt` of up to `limit` documents with `sweepAt` ≤ `dueBy`, of all
   * workspaces, to `until`. Gives them as they are then, oldest first. Two callers never get the same
   * document for the same due time. `version` stays.
   */
  claim(lease: { dueBy: number; until: number; limit: number }): Promise<T[]>;
  /** How many documents have `sweepAt` < `before`, and the least `sweepAt` of all. */
  overdue(before: number): Promise<{ count: number; oldest?: number }>;
  /**
   * Every document, in (workspace, id) order, in batches of some size, none empty. Reads a snapshot or not,
   * as the implementation can.
   */
  scan(): AsyncIterable<T[]>;
}
