import { collections, SETTINGS_ID, type SettingsDocument } from '@herald/contracts';
import { createAnnouncer, createFollower, type Follower } from '@herald/definitions';
import { canonicalJson } from '@herald/domain';
import { Problem } from '@herald/http';
import type { ServiceDeps } from '@herald/process';
import { type Document, retryOnConflict } from '@herald/store';

export type SettingsContent = Omit<SettingsDocument, keyof Document>;

/** What a workspace has set, in memory. */
export interface Settings extends Follower {
  /** Empty where nobody has set anything. */
  of(workspace: string): SettingsContent;
  /** Counts the changes; 0 before the first. */
  versionOf(workspace: string): number;
  /**
   * Writes what `change` makes of the stored content, and announces it to all replicas. Of several changes at
   * once each is made on top of the one before: `change` may run more than once, and may throw. The same
   * content again changes nothing.
   */
  change(workspace: string, change: (before: SettingsContent) => SettingsContent): Promise<SettingsChange>;
}

export interface SettingsChange {
  readonly before: SettingsContent;
  readonly doc: SettingsDocument;
  readonly created: boolean;
}

const NOTHING: SettingsContent = {};
/** At most so many changes may come in between. */
const TRIES = 10;

/** Settings as they are read, several times for each message. */
interface Known {
  readonly version: number;
  readonly content: SettingsContent;
}

export function createSettings(deps: Pick<ServiceDeps, 'store' | 'broker' | 'log'>): Settings {
  const collection = deps.store.collection(collections.settings);
  const known = new Map<string, Known>();
  const keep = (doc: SettingsDocument): void => {
    const { workspace, version } = doc;
    if ((known.get(workspace)?.version ?? 0) <= version)
      known.set(workspace, { version, content: contentOf(doc) });
  };

  const { announce } = createAnnouncer(deps.broker, (err, { workspace }) =>
    deps.log.warn({ err, workspace }, 'settings are stored; they are announced once the broker takes it'),
  );
  const follower = createFollower({
    ...deps,
    kind: 'settings',
    async readAll() {
      for await (const batch of collection.scan()) batch.forEach(keep);
    },
    async readOne(workspace) {
      const doc = await collection.get(workspace, SETTINGS_ID);
      if (doc !== undefined) keep(doc);
    },
  });

  const write = async (
    workspace: string,
    change: (before: SettingsContent) => SettingsContent,
  ): Promise<SettingsChange | undefined> => {
    const stored = await collection.get(workspace, SETTINGS_ID);
    const before = stored === undefined ? {} : contentOf(stored);
    const content = change(before);
    if (stored !== undefined && canonicalJson(before) === canonicalJson(content))
      return { before, doc: stored, created: false };
    const doc = { ...content, workspace, id: SETTINGS_ID, version: (stored?.version ?? 0) + 1 };
    const [written] = await collection.write([{ doc, ifVersion: stored?.version ?? null }]);
    return written === true ? { before, doc, created: stored === undefined } : undefined;
  };

  return {
    ...follower,
    of: (workspace) => known.get(workspace)?.content ?? NOTHING,
    versionOf: (workspace) => known.get(workspace)?.version ?? 0,
    async change(workspace, change) {
      const saved = await retryOnConflict(TRIES, () => write(workspace, change));
      if (saved === undefined)
        throw new Problem(409, 'conflict', 'The settings are being changed by somebody else; try again.');
      keep(saved.doc);
      // Also when nothing changed: an earlier process may have ended between its write and this.
      await announce({ kind: 'settings', workspace, id: SETTINGS_ID, version: saved.doc.version });
      return saved;
    },
  };
}

/** What was set, without what the store needs. */
export const contentOf = (doc: SettingsDocument): SettingsContent => {
  const { workspace: _of, id: _id, version: _version, sweepAt: _at, ...content } = doc;
  return content;
};
