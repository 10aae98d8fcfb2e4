import { type JsonObject, type JsonValue, readJson, type StoredEvent } from '@herald/domain';
import { afterEach, beforeEach } from 'vitest';
import type { CollectionSpec, Document, Scalar } from '../documents.ts';
import type { Store } from '../store.ts';

/** An empty place for a store, opened and not yet migrated. */
export interface StoreUnderTest {
  readonly store: Store;
  /**
   * Closes the store that is open and opens the same data again, with these collections (by default the
   * same).
   */
  reopen(collections?: readonly CollectionSpec<Document>[]): Promise<Store>;
  /** Closes the store that is open and removes the data. */
  tearDown(): Promise<void>;
}

export type SetUp = (collections: readonly CollectionSpec<Document>[]) => Promise<StoreUnderTest>;

export interface Task extends Document {
  readonly title?: string;
  readonly status?: string;
  readonly owner?: { readonly name?: Scalar; readonly team?: Scalar };
  readonly rank?: Scalar;
}

export const tasks: CollectionSpec<Task> = {
  name: 'tasks',
  indexes: {
    byOwner: ['workspace', 'owner.name', 'rank'],
    byStatus: ['workspace', 'status'],
    byTeam: ['workspace', 'owner.team', 'owner.name', 'status'],
    byRank: ['rank'],
    byWorkspace: ['workspace'],
  },
};

/** Holds whatever JSON can. */
export interface Note extends Document {
  readonly content: JsonValue;
}

export const notes: CollectionSpec<Note> = { name: 'notes', indexes: {} };

const collections = [tasks, notes];

/** A migrated store for each test; ask for it inside the test. */
export function eachWithStore(setUp: SetUp) {
  let place: StoreUnderTest | undefined;
  let store: Store | undefined;
  beforeEach(async () => {
    place = await setUp(collections);
    store = place.store;
    await store.migrate();
  });
  afterEach(async () => {
    await place?.tearDown();
    place = undefined;
  });
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('Only inside a test');
    return value;
  };
  return {
    store: () => there(store),
    log: () => there(store).log,
    tasks: () => there(store).collection(tasks),
    notes: () => there(store).collection(notes),
    async reopen(specs?: readonly CollectionSpec<Document>[]) {
      store = await there(place).reopen(specs);
      return store;
    },
  };
}

export const task = (id: string, fields: Partial<Task> = {}): Task => ({
  workspace: 'acme',
  id,
  version: 1,
  ...fields,
});

const NOON = Date.UTC(2026, 0, 1, 12);

/** An event; what is not said follows from `seq`. */
export const event = (seq: number, fields: Partial<StoredEvent> = {}): StoredEvent => {
  const stream = fields.stream ?? 'prospect/ann';
  return {
    workspace: 'acme',
    id: `${stream}#${seq}`,
    stream,
    seq,
    type: 'page.viewed',
    occurredAt: NOON + seq * 1000,
    receivedAt: NOON + seq * 1000 + 5,
    source: 'api',
    data: {},
    schema: 1,
    correlationId: 'c',
    depth: 0,
    ...fields,
  };
};

export const at = (seconds: number): number => NOON + seconds * 1000;

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);

export const ids = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);

/** Everything that an asynchronous iterable of batches yields. */
export async function gather<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** JSON that customers send and stores stumble over. */
export const STRANGE: JsonObject = readJson(String.raw`{
  "__proto__": { "polluted": true }, "constructor": { "prototype": 1 }, "hasOwnProperty": 0, "toString": null,
  "": "empty key", "a.b": "dot", "$set": { "$where": "1" }, "$": 1, ".": 2, "_id": 3, "with space": 4, "with\"quote'": 5,
  "zero\u0000byte": "zero\u0000byte", "naïve 🎺 \u202e": "𝒽 é é \ud83d \u2028", "numbers": [0, -1.5, 1e20, 1e300, 5e-324, 9007199254740991, 9007199254740993, 18446744073709551615],
  "empty": [{}, [], "", null, false], "date": "2026-01-01T00:00:00.000Z"
}`) as JsonObject;
