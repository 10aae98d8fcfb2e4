import { ConfigError, loadConfig } from '@herald/config';
import { collections } from '@herald/contracts';
import { runMain } from '@herald/process';
import type { Store } from '@herald/store';
import { isLastingFault, openMongoStore } from '@herald/store/mongodb';
import { Type } from 'typebox';
import { mongoConfig } from './config.ts';
import { mongoUri } from './mongo-uri.ts';

/** `EX_CONFIG` of sysexits.h. The charts' Job is not tried again after it. */
const CONFIGURATION = 78;

/**
 * Runs a command on the store that the environment names, as this process. An error goes to stderr, and the
 * process exits with `exitCodeOf` it.
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
  }, exitCodeOf);
}

/** 78 if another try would fail by it too: a wrong setting, refused credentials, a server too old. Else 1. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof ConfigError || isLastingFault(error) ? CONFIGURATION : 1;
