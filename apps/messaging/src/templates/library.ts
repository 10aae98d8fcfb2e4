import { collections, type TemplateVersionDocument } from '@herald/contracts';
import { createFollower, type Follower } from '@herald/definitions';
import type { Channel } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';

/** The newest version of every template, in memory. */
export interface TemplateLibrary extends Follower {
  /**
   * The version that is sent now. A template that is not in memory is looked up in the store: another replica
   * may just have saved it.
   */
  latest(workspace: string, id: string): Promise<TemplateVersionDocument | undefined>;
  version(workspace: string, id: string, n: number): Promise<TemplateVersionDocument | undefined>;
  /** The channels for which workspaces have templates. */
  inUse(): readonly { readonly workspace: string; readonly channel: Channel }[];
  /** Keeps a version that was just saved. */
  keep(version: TemplateVersionDocument): void;
}

export function createTemplateLibrary(deps: Pick<ServiceDeps, 'store' | 'broker' | 'log'>): TemplateLibrary {
  const templates = deps.store.collection(collections.templates);
  const versions = deps.store.collection(collections.templateVersions);
  const known = new Map<string, TemplateVersionDocument>();
  const key = (workspace: string, id: string): string => `${workspace}/${id}`;

  const keep = (version: TemplateVersionDocument): void => {
    const at = key(version.workspace, version.templateId);
    // Reads of the store can overtake each other.
    if ((known.get(at)?.n ?? 0) <= version.n) known.set(at, version);
  };

  const readOne = async (workspace: string, id: string): Promise<void> => {
    const head = await templates.get(workspace, id);
    const version = head && (await versions.get(workspace, versionId(id, head.latest)));
    if (version !== undefined) keep(version);
  };

  const follower = createFollower({
    ...deps,
    kind: 'template',
    readOne,
    async readAll() {
      for await (const batch of templates.scan()) {
        const keys = batch.map(({ workspace, id, latest }) => ({ workspace, id: versionId(id, latest) }));
        for (const version of await versions.getMany(keys)) if (version !== undefined) keep(version);
      }
    },
  });

  return {
    ...follower,
    keep,
    inUse() {
      const found = new Map<string, { workspace: string; channel: Channel }>();
      for (const { workspace, channel } of known.values())
        if (channel !== 'layout' && channel !== 'partial')
          found.set(`${workspace} ${channel}`, { workspace, channel });
      return [...found.values()];
    },
    async latest(workspace, id) {
      if (!known.has(key(workspace, id))) await readOne(workspace, id);
      return known.get(key(workspace, id));
    },
    async version(workspace, id, n) {
      const latest = known.get(key(workspace, id));
      return latest?.n === n ? latest : versions.get(workspace, versionId(id, n));
    },
  };
}

export const versionId = (templateId: string, n: number): string => `${templateId}@${n}`;
