import { collections } from '@herald/contracts';
import type { CampaignDefinition } from '@herald/domain';
import type { Store } from '@herald/store';

/** What a version of a campaign says of its messages; empty where there is no such version. */
export type ReadCampaign = (workspace: string, campaignId: string, version: number) => Promise<OfMessages>;

type OfMessages = Pick<CampaignDefinition, 'window' | 'rate' | 'utm'>;

const MOST = 2_000;

/** Versions never change, so what they say is kept once it was read. */
export function createReadCampaign(store: Store): ReadCampaign {
  const versions = store.collection(collections.campaignVersions);
  const known = new Map<string, OfMessages>();
  return async (workspace, campaignId, version) => {
    const id = `${campaignId}@${version}`;
    const key = `${workspace} ${id}`;
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const found = await versions.get(workspace, id);
    if (found === undefined) return {};
    const { window, rate, utm } = found.definition;
    const said = { ...(window && { window }), ...(rate && { rate }), ...(utm && { utm }) };
    if (known.size >= MOST) known.clear();
    known.set(key, said);
    return said;
  };
}
