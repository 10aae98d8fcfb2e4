import {
  type CampaignDocument,
  type CampaignVersionDocument,
  type Change,
  changeContract,
  collections,
  exchange,
} from '@herald/contracts';
import { type Campaign, type CampaignStatus, compileCampaign } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';

/** A campaign as the runner knows it: where it is in its life, and every version ever saved. */
interface Shelf {
  status: CampaignStatus;
  launched: number | undefined;
  versions: Map<number, Campaign>;
}

/**
 * The campaigns in memory, hydrated on start and following every change: decisions never wait for a
 * definition to be read.
 */
export interface CampaignLibrary {
  /** Reads every campaign, then follows changes. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The active campaigns, at their launched version, that this event type lets people into. */
  entering(workspace: string, type: string): readonly Campaign[];
  /** Whether any version of any campaign could react to this event type inside. */
  listens(workspace: string, type: string): boolean;
  status(workspace: string, campaignId: string): CampaignStatus | undefined;
  /** A saved version, read from the store if it is not known yet. Undefined: there is no such version. */
  version(workspace: string, campaignId: string, n: number): Promise<Campaign | undefined>;
  /** Reads one campaign again, after it was written. */
  refresh(workspace: string, campaignId: string): Promise<void>;
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
  let subscription: { stop(): Promise<void> } | undefined;

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
    let cursor: string | undefined;
    do {
      const page = await versions.find({
        index: 'byCampaign',
        equals: [workspace, campaignId],
        limit: PAGE,
        cursor,
      });
      page.items.forEach(placeVersion);
      cursor = page.next;
    } while (cursor !== undefined);
  };

  const refresh = async (workspace: string, campaignId: string): Promise<void> => {
    await readVersions(workspace, campaignId);
    const doc = await campaigns.get(workspace, campaignId);
    if (doc !== undefined) place(doc);
  };

  const hydrate = async (): Promise<void> => {
    for await (const batch of versions.scan()) batch.forEach(placeVersion);
    for await (const batch of campaigns.scan()) batch.forEach(place);
  };

  const follow = (body: unknown): void => {
    const change: Change = changeContract.parse(body);
    if (change.kind !== 'campaign') return;
    refresh(change.workspace, change.id).catch((error: unknown) =>
      log.error({ err: error, change }, 'campaign not refreshed'),
    );
  };

  const rehydrate = (): void => {
    hydrate().catch((error: unknown) => log.error({ err: error }, 'campaigns not read again'));
  };

  return {
    async start() {
      subscription = await broker.subscribe(exchange.changes, follow, rehydrate);
      await hydrate();
    },
    stop: async () => subscription?.stop(),
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
    refresh,
  };
}
