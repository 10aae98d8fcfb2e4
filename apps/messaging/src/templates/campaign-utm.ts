import { collections } from '@herald/contracts';
import type { Utm } from '@herald/domain';
import type { Store } from '@herald/store';

/** The parameters for links of a version of a campaign; undefined: it has none. */
export type ReadUtm = (workspace: string, campaignId: string, version: number) => Promise<Utm | undefined>;

const MOST = 2_000;

/** Versions never change, so what they say is kept once it was read. */
export function createReadUtm(store: Store): ReadUtm {
  const versions = store.collection(collections.campaignVersions);
  const known = new Map<string, Utm | undefined>();
  return async (workspace, campaignId, version) => {
    const id = `${campaignId}@${version}`;
    const key = `${workspace} ${id}`;
    if (known.has(key)) return known.get(key);
    const found = await versions.get(workspace, id);
    if (found === undefined) return undefined;
    if (known.size >= MOST) known.clear();
    known.set(key, found.definition.utm);
    return found.definition.utm;
  };
}
