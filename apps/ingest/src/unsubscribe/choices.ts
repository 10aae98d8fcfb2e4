import { collections, SETTINGS_ID, type UnsubscribeClaim } from '@herald/contracts';
import { hasConsent } from '@herald/domain';
import type { Log } from '@herald/log';
import type { Store } from '@herald/store';
import type { Choice } from './page.ts';

/**
 * What the person can choose from, and has chosen. Empty if the workspace has no topics. Undefined if the
 * store cannot be read: unsubscribing must work even then, so the page offers only that.
 */
export type ReadChoices = (claim: UnsubscribeClaim) => Promise<readonly Choice[] | undefined>;

export function createReadChoices({ store, log }: { readonly store: Store; readonly log: Log }): ReadChoices {
  return async ({ workspace, prospectId, channel }) => {
    try {
      const [settings, prospect] = await Promise.all([
        store.collection(collections.settings).get(workspace, SETTINGS_ID),
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
