import { collections, type SecretDocument } from '@herald/contracts';
import { createAnnouncer } from '@herald/definitions';
import { Problem } from '@herald/http';
import type { ServiceDeps } from '@herald/process';
import { openSealed, seal, type WorkspaceSecrets } from '@herald/secrets';
import { retryOnConflict } from '@herald/store';

/** Writes the secrets of workspaces. None is ever given back. */
export interface KeepSecrets {
  /** Seals and stores it; in use in every replica as soon as it has heard of the change. */
  put(workspace: string, name: string, value: string): Promise<{ doc: SecretDocument; created: boolean }>;
  /** False: there was none. */
  remove(workspace: string, name: string): Promise<boolean>;
  list(workspace: string): Promise<readonly SecretDocument[]>;
  /**
   * Seals with the first key what another key has sealed, so that the other can go. Those that cannot be
   * opened stay as they are, and the log names them.
   */
  resealAll(): Promise<void>;
}

export interface KeepSecretsDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock' | 'log'> {
  readonly secrets: WorkspaceSecrets;
}

/** Secrets of one workspace. */
export const MAX_SECRETS = 100;
const TRIES = 5;

export function createKeepSecrets({ store, broker, clock, log, secrets }: KeepSecretsDeps): KeepSecrets {
  const collection = store.collection(collections.secrets);
  const { announce: tell } = createAnnouncer(broker, (err, { workspace, id }) =>
    log.warn({ err, workspace, name: id }, 'a secret is stored; it is announced once the broker takes it'),
  );
  /** This replica's memory first, then the others'. */
  const announce = async (workspace: string, id: string, version: number): Promise<void> => {
    await secrets.refresh(workspace, id);
    await tell({ kind: 'secret', workspace, id, version });
  };

  const list = async (workspace: string): Promise<readonly SecretDocument[]> => {
    const query = { index: 'byWorkspace', equals: [workspace], limit: MAX_SECRETS };
    return (await collection.find(query)).items;
  };

  const usableKeys = () => {
    const keys = secrets.keys();
    if (keys !== undefined) return keys;
    throw new Problem(
      409,
      'no_encryption_key',
      'The installation has no key to seal secrets with: it needs the file encryption-key in SECRETS_DIR. ' +
        'Or mount the secret as a file.',
    );
  };

  const write = async (workspace: string, name: string, value: string) => {
    const stored = await collection.get(workspace, name);
    if (stored === undefined && (await list(workspace)).length >= MAX_SECRETS)
      throw new Problem(409, 'too_many_secrets', `A workspace has at most ${MAX_SECRETS} secrets.`);
    const version = (stored?.version ?? 0) + 1;
    const sealed = seal(usableKeys(), { workspace, id: name }, value);
    const doc: SecretDocument = { workspace, id: name, version, changedAt: clock.now(), ...sealed };
    const [written] = await collection.write([{ doc, ifVersion: stored?.version ?? null }]);
    return written === true ? { doc, created: stored === undefined } : undefined;
  };

  const reseal = async (doc: SecretDocument): Promise<boolean> => {
    const { workspace, id } = doc;
    try {
      const keys = usableKeys();
      const sealed = seal(keys, doc, openSealed(keys, doc, doc));
      const next = { ...doc, ...sealed, version: doc.version + 1 };
      const [written] = await collection.write([{ doc: next, ifVersion: doc.version }]);
      if (written === true) await announce(workspace, id, next.version);
      return written === true;
    } catch (error) {
      log.error({ err: error, workspace, name: id }, 'a secret of a workspace keeps its former key');
      return false;
    }
  };

  return {
    list,
    async put(workspace, name, value) {
      if (secrets.isMounted(workspace, name))
        throw new Problem(
          409,
          'secret_mounted',
          'The installation has mounted a secret of this name, which comes first. Take another name.',
        );
      const saved = await retryOnConflict(TRIES, () => write(workspace, name, value));
      if (saved === undefined)
        throw new Problem(409, 'conflict', 'The secret is being changed by somebody else; try again.');
      await announce(workspace, name, saved.doc.version);
      log.info({ workspace, name }, 'a secret was written');
      return saved;
    },
    async remove(workspace, name) {
      const removed = await collection.remove(workspace, name);
      // Also if there was none: an earlier call may have failed before the other replicas knew.
      await announce(workspace, name, 0);
      if (removed) log.info({ workspace, name }, 'a secret was removed');
      return removed;
    },
    async resealAll() {
      const first = secrets.keys()?.first.id;
      if (first === undefined) return;
      let count = 0;
      for await (const batch of collection.scan())
        for (const doc of batch) if (doc.keyId !== first && (await reseal(doc))) count += 1;
      if (count > 0) log.info({ count }, 'secrets are sealed with the first encryption key now');
    },
  };
}
