import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '../contract-suite.ts';
import { openSqliteStore } from './store.ts';

storeContract('SQLite', async (collections) => {
  const folder = await mkdtemp(join(tmpdir(), 'herald-store-'));
  const file = join(folder, 'store.db');
  let store = openSqliteStore({ file, collections });
  return {
    store,
    async reopen(others = collections) {
      await store.close();
      store = openSqliteStore({ file, collections: others });
      return store;
    },
    async tearDown() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});
