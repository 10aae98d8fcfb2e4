import { join } from 'node:path';
import type { Broker } from '@herald/broker';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { collections, topology } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { createMetrics } from '@herald/metrics';
import type { Service } from '@herald/process';
import type { Store } from '@herald/store';
import { openSqliteStore } from '@herald/store/sqlite';
import { createEventHandler } from '../service.ts';
import { silentLog } from './fixtures.ts';

const wallClock: Clock = { now: () => Date.now(), rate: 1 };

export interface TestProcess {
  readonly store: Store;
  readonly broker: Broker;
  readonly service: Service;
  /** Closes the files. */
  close(): Promise<void>;
}

/** The service on a real store and broker in a directory, not started. */
export async function openTestProcess(
  dir: string,
  change = (store: Store): Store => store,
): Promise<TestProcess> {
  const store = openSqliteStore({ file: join(dir, 'store.db'), collections: Object.values(collections) });
  await store.migrate();
  const broker = await openEmbeddedBroker({ file: join(dir, 'broker.db'), topology, clock: wallClock });
  const metrics = createMetrics({ version: 'test' });
  const deps = { broker, clock: wallClock, log: silentLog, metrics };
  return {
    store,
    broker,
    service: createEventHandler({ ...deps, store: change(store) }),
    async close() {
      await broker.close();
      await store.close();
    },
  };
}
