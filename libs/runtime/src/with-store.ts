import { loadConfig } from '@herald/config';
import { collections } from '@herald/contracts';
import { runMain } from '@herald/process';
import type { Store } from '@herald/store';
import { openMongoStore } from '@herald/store/mongodb';
import { Type } from 'typebox';
import { mongoConfig } from './config.ts';
import { mongoUri } from './mongo-uri.ts';

/**
 * Runs a command on the store that the environment names, as this process. An error goes to stderr, and the
 * process exits with 1.
 */
export function withStore(command: (store: Store) => Promise<void>): void {
  runMain(async () => {
    const config = loadConfig(Type.Object(mongoConfig), process.env);
    const store = await openMongoStore({ uri: mongoUri(config), collections: Object.values(collections) });
    try {
      await command(store);
    } finally {
      await store.close();
    }
  });
}
