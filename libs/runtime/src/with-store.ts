import { collections } from '@herald/contracts';
import * as herald from '@herald/service';
import type { Store } from '@herald/store';
import { openMongoStore } from '@herald/store/mongodb';
import { Type } from 'typebox';
import { mongoConfig } from './config.ts';
import { mongoUri } from './mongo-uri.ts';

/**
 * Runs a command on the store that the environment names, as this process. What goes wrong is told, and the
 * process exits with 1.
 */
export function withStore(command: (store: Store) => Promise<void>): void {
  herald.runMain(async () => {
    const config = herald.loadConfig(Type.Object(mongoConfig), process.env);
    const store = await openMongoStore({ uri: mongoUri(config), collections: Object.values(collections) });
    try {
      await command(store);
    } finally {
      await store.close();
    }
  });
}
