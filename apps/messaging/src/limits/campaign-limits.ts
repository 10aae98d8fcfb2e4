import { collections } from '@herald/contracts';
import { type CampaignDefinition, type Rate, span } from '@herald/domain';
import type { Store } from '@herald/store';
import type { ReadCampaign } from '../read-campaign.ts';

/** The limits that campaigns set themselves. */
export interface CampaignLimits {
  /** Of the version that the prospect is enrolled in. */
  window(workspace: string, campaignId: string, version: number): Promise<CampaignDefinition['window']>;
  /**
   * Of the launched version: one rate for everybody in the campaign. A new version can change it.
   */
  rate(workspace: string, campaignId: string): Promise<Rate | undefined>;
}

/** ms of wall time for which the number of the launched version is kept. */
const FRESH = 5 * span.SECOND;
const MOST = 2_000;

export function createCampaignLimits(store: Store, readCampaign: ReadCampaign): CampaignLimits {
  const campaigns = store.collection(collections.campaigns);
  const launched = new Map<string, { readonly version: number | undefined; readonly until: number }>();

  const launchedOf = async (workspace: string, campaignId: string): Promise<number | undefined> => {
    const key = `${workspace} ${campaignId}`;
    const kept = launched.get(key);
    if (kept !== undefined && kept.until > performance.now()) return kept.version;
    const version = (await campaigns.get(workspace, campaignId))?.launched;
    if (launched.size >= MOST) launched.clear();
    launched.set(key, { version, until: performance.now() + FRESH });
    return version;
  };

  return {
    window: async (workspace, campaignId, version) =>
      (await readCampaign(workspace, campaignId, version)).window,
    async rate(workspace, campaignId) {
      const version = await launchedOf(workspace, campaignId);
      return version === undefined ? undefined : (await readCampaign(workspace, campaignId, version)).rate;
    },
  };
}
