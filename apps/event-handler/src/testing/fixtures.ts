import type { BatchHandler, Broker, Delivery, OutMessage, Verdict } from '@herald/broker';
import { collections, eventsMessages } from '@herald/contracts';
import { type Event, type JsonObject, newEvent, type StoredEvent } from '@herald/domain';
import { createLog } from '@herald/log';
import type { Collection, CollectionSpec, Document, EventLog, Store } from '@herald/store';
import { openSqliteStore } from '@herald/store/sqlite';

/** What the tests of this app share. */

export const T0 = Date.UTC(2026, 0, 5, 9);

/** A migrated store in memory. */
export async function openTestStore(): Promise<Store> {
  const store = openSqliteStore({ file: ':memory:', collections: Object.values(collections) });
  await store.migrate();
  return store;
}

let count = 0;

export function anEvent(given: Partial<Event> = {}): Event {
  count += 1;
  const id = given.id ?? `event-${count}`;
  const occurredAt = given.occurredAt ?? T0 + count;
  return {
    ...newEvent({
      workspace: 'acme',
      id,
      stream: 'prospect/ada',
      type: 'trial.started',
      occurredAt,
      receivedAt: occurredAt,
      source: 'api',
      data: {},
    }),
    ...given,
  };
}

export const traitsEvent = (traits: JsonObject, given: Partial<Event> = {}): Event =>
  anEvent({ type: 'prospect.updated', data: { traits }, ...given });

export async function readLog(store: Store): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for await (const batch of store.log.scan()) all.push(...batch);
  return all;
}

export async function readAll<T extends Document>(store: Store, spec: CollectionSpec<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of store.collection(spec).scan()) all.push(...batch);
  return all;
}

/** The store with parts of its log, or of every collection, replaced. */
export function withFaults(
  store: Store,
  faults: {
    readonly log?: Partial<EventLog>;
    readonly collection?: (name: string, real: Collection<Document>) => Partial<Collection<Document>>;
  },
): Store {
  return {
    ...store,
    log: { ...store.log, ...faults.log },
    collection<T extends Document>(spec: CollectionSpec<T>): Collection<T> {
      const real = store.collection(spec);
      // Only the documents' type is lost on the way through the fault.
      const untyped = real as unknown as Collection<Document>;
      return { ...untyped, ...faults.collection?.(spec.name, untyped) } as unknown as Collection<T>;
    },
  };
}

/** A broker that keeps what is published, and lets the test call the consumer's handler. */
export interface FakeBroker extends Broker {
  readonly published: OutMessage[];
  /** Delivers lists of events, each as ingest would have sent it. */
  deliver(...messages: readonly (readonly Event[])[]): Promise<readonly Verdict[]>;
  deliverBodies(...bodies: readonly unknown[]): Promise<readonly Verdict[]>;
}

export function createFakeBroker(overrides: Partial<Broker> = {}): FakeBroker {
  const published: OutMessage[] = [];
  let handler: BatchHandler | undefined;
  const unused = () => Promise.reject(new Error('not part of this test'));
  const deliverBodies = (...bodies: readonly unknown[]): Promise<readonly Verdict[]> => {
    if (handler === undefined) throw new Error('nobody consumes');
    return handler(bodies.map(delivery));
  };
  return {
    published,
    deliverBodies,
    deliver: (...messages) =>
      deliverBodies(...messages.flatMap((events) => eventsMessages(events).map(({ body }) => body))),
    delayStrategy: 'none',
    publish: async (messages) => {
      published.push(...messages);
    },
    consumeBatch: async (_queue, _options, given) => {
      handler = given;
      return { stop: async () => {} };
    },
    ping: async () => {},
    close: async () => {},
    consume: unused,
    subscribe: unused,
    deadLetters: unused,
    replayDeadLetters: unused,
    discardDeadLetters: async () => [],
    depth: unused,
    load: unused,
    purgeDelayed: unused,
    ...overrides,
  };
}

const delivery = (body: unknown, index: number): Delivery => ({
  queue: 'event-handler.events',
  id: `message-${index}`,
  key: 'many',
  body,
  attempt: 1,
  publishedAt: 0,
});

export const silentLog = createLog({ service: 'test', level: 'silent' });
