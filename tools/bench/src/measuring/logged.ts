import { join } from 'node:path';
import { collections } from '@herald/contracts';
import type { StoredEvent } from '@herald/domain';
import type { Store } from '@herald/store';
import { openSqliteStore } from '@herald/store/sqlite';

/** The store in a data directory that no process uses. */
export async function openStore(dir: string): Promise<Store> {
  const store = openSqliteStore({
    file: join(dir, 'data/store.db'),
    collections: Object.values(collections),
  });
  await store.migrate();
  return store;
}

/** The events of some types in the log of a data directory that no process uses. */
export async function loggedEvents(
  dir: string,
  wanted: (event: StoredEvent) => boolean,
): Promise<StoredEvent[]> {
  const store = await openStore(dir);
  const found: StoredEvent[] = [];
  for await (const batch of store.log.scan()) found.push(...batch.filter(wanted));
  await store.close();
  return found;
}
