import { collections, SETTINGS_ID, type SettingsDocument } from '@herald/contracts';
import { type Campaign, type Clock, initialProspect, type World } from '@herald/domain';
import type { Store } from '@herald/store';

/**
 * Reads what a decision about a prospect in a campaign needs: the prospect, its company and the workspace's
 * settings as they are now.
 */
export type ReadWorld = (workspace: string, prospectId: string, campaign: Campaign) => Promise<World>;

export interface ReadWorldDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** IANA zone of prospects that have none. */
  readonly defaultZone: string;
}

/** How many versions of templates are remembered. Whether one is transactional never changes. */
const MOST = 10_000;

export function createReadWorld({ store, clock, defaultZone }: ReadWorldDeps): ReadWorld {
  const prospects = store.collection(collections.prospects);
  const companies = store.collection(collections.companies);
  const settings = store.collection(collections.settings);
  const readTransactional = createReadTransactional(store);
  return async (workspace, prospectId, campaign) => {
    const [prospect, set] = await Promise.all([
      prospects.get(workspace, prospectId),
      settings.get(workspace, SETTINGS_ID),
    ]);
    const companyId = prospect?.state.companyId;
    const [company, transactional] = await Promise.all([
      companyId === undefined ? undefined : companies.get(workspace, companyId),
      hasHours(set) ? readTransactional(workspace, campaign.templates) : new Set<string>(),
    ]);
    const { quietHours, windows, spread } = set ?? {};
    return {
      workspace,
      prospect: prospect?.state ?? initialProspect(prospectId),
      company: company?.state,
      defaultZone: set?.zone ?? defaultZone,
      now: clock.now(),
      sending: { quietHours, windows, spread },
      transactional,
    };
  };
}

const hasHours = (set: SettingsDocument | undefined): boolean =>
  (set?.quietHours ?? []).length > 0 || (set?.windows ?? []).length > 0;

/** Reads which of these templates are transactional in their newest version. */
function createReadTransactional(store: Store) {
  const templates = store.collection(collections.templates);
  const versions = store.collection(collections.templateVersions);
  const known = new Map<string, boolean>();

  const isTransactional = async (workspace: string, id: string): Promise<boolean> => {
    const key = `${workspace} ${id}`;
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const version = await versions.get(workspace, id);
    if (version === undefined) return false;
    if (known.size >= MOST) known.clear();
    known.set(key, version.transactional === true);
    return version.transactional === true;
  };

  return async (workspace: string, ids: readonly string[]): Promise<Set<string>> => {
    const heads = await templates.getMany(ids.map((id) => ({ workspace, id })));
    const transactional = await Promise.all(
      heads.map((head) => head !== undefined && isTransactional(workspace, `${head.id}@${head.latest}`)),
    );
    return new Set(ids.filter((_, n) => transactional[n] === true));
  };
}
