import { collections, type SettingsDocument } from '@herald/contracts';
import { canonicalJson } from '@herald/domain';
import { createAnnouncer } from '@herald/outbox';
import { Problem, type ServiceDeps } from '@herald/service';
import type { Document } from '@herald/store';
import { createFollowed, type Followed } from '../definitions/followed.ts';

export type SettingsContent = Omit<SettingsDocument, keyof Document>;

/** What a workspace has set, in memory. */
export interface Settings extends Followed {
  /** Nothing is set where nobody has set anything. */
  of(workspace: string): SettingsContent;
  /** Counts the changes; 0 before the first. */
  versionOf(workspace: string): number;
  /** Writes and tells all replicas. The same content again changes nothing. */
  save(workspace: string, content: SettingsContent): Promise<{ doc: SettingsDocument; created: boolean }>;
}

const ID = 'settings';
const TRIES = 3;

export function createSettings(deps: Pick<ServiceDeps, 'store' | 'broker' | 'log'>): Settings {
  const collection = deps.store.collection(collections.settings);
  const known = new Map<string, SettingsDocument>();
  const keep = (doc: SettingsDocument): void => {
    if ((known.get(doc.workspace)?.version ?? 0) <= doc.version) known.set(doc.workspace, doc);
  };

  const { announce } = createAnnouncer(deps.broker, (err, { workspace }) =>
    deps.log.warn({ err, workspace }, 'settings are stored; they are announced once the broker takes it'),
  );
  const followed = createFollowed({
    ...deps,
    kind: 'settings',
    async hydrate() {
      for await (const batch of collection.scan()) batch.forEach(keep);
    },
    async refresh(workspace) {
      const doc = await collection.get(workspace, ID);
      if (doc !== undefined) keep(doc);
    },
  });

  const write = async (
    workspace: string,
    content: SettingsContent,
  ): Promise<{ doc: SettingsDocument; created: boolean } | undefined> => {
    const stored = await collection.get(workspace, ID);
    if (stored !== undefined && canonicalJson(contentOf(stored)) === canonicalJson(content))
      return { doc: stored, created: false };
    const doc = { ...content, workspace, id: ID, version: (stored?.version ?? 0) + 1 };
    const [written] = await collection.write([{ doc, ifVersion: stored?.version ?? null }]);
    return written === true ? { doc, created: stored === undefined } : undefined;
  };

  return {
    ...followed,
    of(workspace) {
      const doc = known.get(workspace);
      return doc === undefined ? {} : contentOf(doc);
    },
    versionOf: (workspace) => known.get(workspace)?.version ?? 0,
    async save(workspace, content) {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const saved = await write(workspace, content);
        if (saved === undefined) continue;
        keep(saved.doc);
        // Also when nothing changed: an earlier process may have ended between its write and this.
        await announce({ kind: 'settings', workspace, id: ID, version: saved.doc.version });
        return saved;
      }
      throw new Problem(409, 'conflict', 'The settings are being changed by somebody else; try again.');
    },
  };
}

/** What was set, without what the store needs. */
export const contentOf = (doc: SettingsDocument): SettingsContent => {
  const { workspace: _of, id: _id, version: _version, sweepAt: _at, ...content } = doc;
  return content;
};
