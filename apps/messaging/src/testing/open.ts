import { join } from 'node:path';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { collections, topology } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { openSqliteStore } from '@herald/store/sqlite';

/** The real store and broker of a directory. */
export const openStore = async (dir: string) => {
  const store = openSqliteStore({ file: join(dir, 'store.db'), collections: Object.values(collections) });
  await store.migrate();
  return store;
};

export const openBroker = (dir: string, clock: Clock) =>
  openEmbeddedBroker({ file: join(dir, 'broker.db'), topology, clock });
