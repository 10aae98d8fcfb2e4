import { collections } from '@herald/contracts';
import { initialProspect, type World } from '@herald/domain';
import type { Store } from '@herald/store';

/** Reads what a decision is about: the prospect and its company, as they are now. */
export type ReadWorld = (workspace: string, prospectId: string) => Promise<World>;

export function createReadWorld(store: Store, defaultZone: string): ReadWorld {
  const prospects = store.collection(collections.prospects);
  const companies = store.collection(collections.companies);
  const settings = store.collection(collections.settings);
  return async (workspace, prospectId) => {
    const [prospect, set] = await Promise.all([
      prospects.get(workspace, prospectId),
      settings.get(workspace, 'settings'),
    ]);
    const companyId = prospect?.state.companyId;
    const company = companyId === undefined ? undefined : await companies.get(workspace, companyId);
    return {
      workspace,
      prospect: prospect?.state ?? initialProspect(prospectId),
      company: company?.state,
      defaultZone: set?.zone ?? defaultZone,
    };
  };
}
