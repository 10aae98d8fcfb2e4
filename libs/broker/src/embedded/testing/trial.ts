import { openDatabase } from '@herald/sqlite';
import type { Broker, BrokerObserver, OutMessage } from '../../broker.ts';
import type { RetryPolicy, Topology } from '../../topology.ts';
import { createEmbeddedBroker } from '../embedded-broker.ts';
import { type FaultyDatabase, faulty } from './faulty-database.ts';
import { wallClock } from './harness.ts';

/** For tests: a broker with the one queue `q`, in memory, on a database that can be made to fail. */
export interface Trial {
  broker(): Broker;
  database(): FaultyDatabase;
  /** Cuts the broker off, and opens a new one on what was committed. */
  crash(): Promise<void>;
  /** Closes the last broker and the database. Handlers of brokers that were cut off are abandoned. */
  end(): Promise<void>;
}

const topologyOf = (retry: RetryPolicy): Topology => ({
  exchanges: [
    { name: 'e', type: 'topic' },
    { name: 'delay', type: 'delay' },
  ],
  queues: [{ name: 'q', bindings: [{ exchange: 'e', key: '#' }], retry }],
});

export async function openTrial(retry: RetryPolicy, observer: BrokerObserver = {}): Promise<Trial> {
  const topology = topologyOf(retry);
  const below = openDatabase(':memory:');
  let database = faulty(below);
  const open = (): Promise<Broker> =>
    createEmbeddedBroker({
      ...{ database, topology, clock: wallClock, observer, afterFailure: 1 },
      ...{ suspectsAfter: 0, cutOffs: 3 },
    });
  let broker = await open();

  return {
    broker: () => broker,
    database: () => database,
    async crash() {
      database.cutOff();
      database = faulty(below);
      broker = await open();
    },
    async end() {
      await broker.close();
      await below.close();
    },
  };
}

export const toQueue = (id: string, over: Partial<OutMessage> = {}): OutMessage => ({
  exchange: 'e',
  key: 'k',
  id,
  body: null,
  ...over,
});
