import type { Broker } from '@herald/broker';
import { type Account, collections } from '@herald/contracts';
import { createDocumentMemory, type DocumentMemory } from '@herald/definitions';
import type { Log } from '@herald/log';
import type { Store } from '@herald/store';

/** What ingest needs of a workspace's settings. */
interface KeptSettings {
  readonly country?: string | undefined;
  readonly accounts?: Readonly<Record<string, Account>> | undefined;
}

/** The settings of all workspaces, from memory even while the store is down. */
export type SettingsMemory = DocumentMemory<KeptSettings>;

export const createSettingsMemory = (deps: {
  readonly store: Store;
  readonly broker: Pick<Broker, 'subscribe'>;
  readonly log: Log;
}): SettingsMemory =>
  createDocumentMemory({
    ...deps,
    collection: deps.store.collection(collections.settings),
    kind: 'settings',
    keep: ({ country, accounts }) => ({ country, accounts }),
  });
