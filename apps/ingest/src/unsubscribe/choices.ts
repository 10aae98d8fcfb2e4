import { collections, type UnsubscribeClaim } from '@herald/contracts';
import { hasConsent } from '@herald/domain';
import type { Log } from '@herald/log';
import type { Store } from '@herald/store';
import type { Choice } from './page.ts';

/**
 * What somebody can choose from, and has now. Empty where the workspace has set no topics; undefined where
 * the store cannot be asked: unsubscribing must work then too, so the page asks only that.
 */
export type ReadChoices = (claim: UnsubscribeClaim) => Promise<readonly Choice[] | undefined>;

export function createReadChoices({ store, log }: { readonly store: Store; readonly log: Log }): ReadChoices {
  return async ({ workspace, prospectId, channel }) => {
    try {
      const [settings, prospect] = await Promise.all([
        store.collection(collections.settings).get(workspace, 'settings'),
        store.collection(collections.prospects).get(workspace, prospectId),
      ]);
      return (settings?.topics ?? []).map((topic) => ({
        id: topic.id,
        name: topic.name,
        ...(topic.description === undefined ? {} : { description: topic.description }),
        chosen: prospect === undefined ? topic.optIn !== true : hasConsent(prospect.state, channel, topic),
      }));
    } catch (error) {
      log.warn({ err: error }, 'topics could not be read; the page offers to unsubscribe alone');
      return undefined;
    }
  };
}
