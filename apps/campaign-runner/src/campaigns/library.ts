import { type CampaignDocument, type CampaignVersionDocument, collections } from '@herald/contracts';
import { createFollower, type Follower } from '@herald/definitions';
import { type Campaign, type CampaignStatus, compileCampaign } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import { findAll } from '@herald/store';

/** A campaign as the runner knows it: its status, and every version ever saved. */
interface Shelf {
  status: CampaignStatus;
  launched: number | undefined;
  versions: Map<number, Campaign>;
}

/** The campaigns in memory, read on start and after every change: decisions never wait for a definition. */
export interface CampaignLibrary extends Follower {
  /** The active campaigns, in their launched version, that an event of this type lets people into. */
  entering(workspace: string, type: string): readonly Campaign[];
  /** Whether a running enrollment of any version of any campaign could react to an event of this type. */
  listens(workspace: string, type: string): boolean;
  status(workspace: string, campaignId: string): CampaignStatus | undefined;
  /** A saved version, from the store if it is not in memory yet. Undefined: there is no such version. */
  version(workspace: string, campaignId: string, n: number): Promise<Campaign | undefined>;
}

const PAGE = 500;

export function createCampaignLibrary({
  store,
  broker,
  log,
}: Pick<ServiceDeps, 'store' | 'broker' | 'log'>): CampaignLibrary {
  const campaigns = store.collection(collections.campaigns);
  const versions = store.collection(collections.campaignVersions);
  const workspaces = new Map<string, Map<string, Shelf>>();

  const shelfOf = (workspace: string, campaignId: string): Shelf => {
    const shelves = workspaces.get(workspace) ?? new Map<string, Shelf>();
    workspaces.set(workspace, shelves);
    const shelf = shelves.get(campaignId) ?? { status: 'draft', launched: undefined, versions: new Map() };
    shelves.set(campaignId, shelf);
    return shelf;
  };

  const place = (doc: CampaignDocument): void => {
    const shelf = shelfOf(doc.workspace, doc.id);
    shelf.status = doc.status;
    shelf.launched = doc.launched;
  };

  const placeVersion = ({ workspace, campaignId, n, definition }: CampaignVersionDocument): Campaign => {
    const shelf = shelfOf(workspace, campaignId);
    const known = shelf.versions.get(n);
    if (known !== undefined) return known;
    const campaign = compileCampaign(definition, n);
    shelf.versions.set(n, campaign);
    return campaign;
  };

  const readVersions = async (workspace: string, campaignId: string): Promise<void> => {
    const query = { index: 'byCampaign', equals: [workspace, campaignId], limit: PAGE };
    for await (const version of findAll(versions, query)) placeVersion(version);
  };

  const follower = createFollower({
    kind: 'campaign',
    broker,
    log,
    async readAll() {
      for await (const batch of versions.scan()) batch.forEach(placeVersion);
      for await (const batch of campaigns.scan()) batch.forEach(place);
    },
    async readOne(workspace, campaignId) {
      await readVersions(workspace, campaignId);
      const doc = await campaigns.get(workspace, campaignId);
      if (doc !== undefined) place(doc);
    },
  });

  return {
    ...follower,
    entering(workspace, type) {
      const found: Campaign[] = [];
      for (const shelf of workspaces.get(workspace)?.values() ?? []) {
        const campaign = shelf.status === 'active' ? shelf.versions.get(shelf.launched ?? 0) : undefined;
        if (campaign?.definition.enter.on === type) found.push(campaign);
      }
      return found;
    },
    listens(workspace, type) {
      for (const shelf of workspaces.get(workspace)?.values() ?? []) {
        for (const campaign of shelf.versions.values()) if (campaign.listens.has(type)) return true;
      }
      return false;
    },
    status: (workspace, campaignId) => workspaces.get(workspace)?.get(campaignId)?.status,
    async version(workspace, campaignId, n) {
      const known = workspaces.get(workspace)?.get(campaignId)?.versions.get(n);
      if (known !== undefined) return known;
      const doc = await versions.get(workspace, `${campaignId}@${n}`);
      return doc === undefined ? undefined : placeVersion(doc);
    },
  };
}
