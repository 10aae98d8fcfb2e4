import { collections, suppressedBy } from '@herald/contracts';
import { type Channel, plainAddress, type Suppression } from '@herald/domain';
import type { Store } from '@herald/store';

/** The suppression of an address of a channel, whichever prospect of the workspace it belongs to. */
export type FindSuppression = (
  workspace: string,
  channel: Channel,
  address: string | undefined,
) => Promise<Suppression | undefined>;

/** At most so many people with one address are read. */
const LOOKED_AT = 20;

export function createFindSuppression(store: Store): FindSuppression {
  const prospects = store.collection(collections.prospects);
  return async (workspace, channel, address) => {
    const index = suppressedBy[channel];
    if (index === undefined || address === undefined) return undefined;
    const page = await prospects.find({
      index,
      equals: [workspace, plainAddress(address)],
      limit: LOOKED_AT,
    });
    return page.items
      .map(({ state }) => state.suppressions?.[channel])
      .find((suppression) => suppression?.suppressed === true);
  };
}

/** Why nobody is to get mail at an address of the workspace; undefined: it is not suppressed. */
export const createWhySuppressed =
  (find: FindSuppression) =>
  async (workspace: string, address: string): Promise<string | undefined> => {
    const found = await find(workspace, 'email', address);
    return found && (found.reason ?? 'suppressed');
  };
