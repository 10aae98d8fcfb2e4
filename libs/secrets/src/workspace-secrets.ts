import type { Broker } from '@herald/broker';
import { ConfigError, type Secrets } from '@herald/config';
import { collections, type SecretDocument } from '@herald/contracts';
import { createDocumentMemory, type Follower } from '@herald/definitions';
import { createSeldom, type Log } from '@herald/log';
import type { Store } from '@herald/store';
import { type EncryptionKeys, readEncryptionKeys } from './encryption-keys.ts';
import { openSealed } from './seal.ts';

/** The secrets of all workspaces, those from the API in memory as the store has them. */
export interface WorkspaceSecrets extends Secrets, Follower {
  /** Whether the installation has mounted a secret: it comes before one from the API. */
  isMounted(workspace: string, name: string): boolean;
  /** The keys that seal secrets, as they are now; undefined: the installation has none. */
  keys(): EncryptionKeys | undefined;
}

export interface WorkspaceSecretsDeps {
  /** Those that are mounted, and the installation's own. */
  readonly files: Partial<Secrets>;
  readonly store: Store;
  readonly broker: Pick<Broker, 'subscribe'>;
  readonly log: Log;
}

/** The installation's secret with the keys that seal those of workspaces. */
const KEYS = 'encryption-key';

/**
 * Reads a secret from its file, or else from the store, where the API wrote it. Changes of either are seen
 * without a restart. Throws a `ConfigError` for keys that are no keys.
 */
export function createWorkspaceSecrets({
  files,
  store,
  broker,
  log,
}: WorkspaceSecretsDeps): WorkspaceSecrets {
  const { read: mounted = nothing, installation = nothing, workspacesWith = () => [] } = files;
  const memory = createDocumentMemory({
    collection: store.collection(collections.secrets),
    broker,
    log,
    kind: 'secret',
    keep: (doc: SecretDocument) => ({ doc, ...opened(doc) }),
  });
  const seldom = createSeldom({ now: () => performance.now(), rate: 1 });
  let last: { readonly text: string; readonly keys: EncryptionKeys } | undefined;

  const keys = (): EncryptionKeys | undefined => {
    const text = installation(KEYS);
    if (text === undefined) return undefined;
    if (last?.text !== text) last = { text, keys: readEncryptionKeys(text) };
    return last.keys;
  };

  /** A secret that cannot be opened is as good as none, and the log says why. */
  function opened(doc: SecretDocument): { readonly value?: string } {
    try {
      const all = keys();
      if (all === undefined) throw new Error(`there is no file ${KEYS} in SECRETS_DIR`);
      return { value: openSealed(all, doc, doc) };
    } catch (error) {
      const { workspace, id: name } = doc;
      const reason = error instanceof Error ? error.message : 'unknown';
      if (seldom(`${workspace} ${name}`) !== undefined)
        log.error({ workspace, name, reason }, 'a secret of a workspace cannot be opened');
      return {};
    }
  }

  try {
    keys();
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
  return {
    ...memory,
    keys,
    isMounted: (workspace, name) => mounted(workspace, name) !== undefined,
    read(workspace, name) {
      const file = mounted(workspace, name);
      if (file !== undefined) return file;
      const kept = memory.find(workspace, name);
      // One that did not open may open now: its key may have been added.
      return kept === undefined ? undefined : (kept.value ?? opened(kept.doc).value);
    },
    installation,
    workspacesWith,
  };
}

const nothing = (): undefined => undefined;
