import { collections } from '@herald/contracts';
import type { ServiceDeps } from '@herald/process';
import type { Transitions } from './transitions.ts';

const PAGE = 200;

/** Ends every enrollment of an archived campaign. May be run again from the start at any time. */
export function createWindDown({
  store,
  clock,
  transitions,
}: Pick<ServiceDeps, 'store' | 'clock'> & { transitions: Transitions }) {
  const enrollments = store.collection(collections.enrollments);
  return async (workspace: string, campaignId: string): Promise<void> => {
    for (;;) {
      const equals = [workspace, campaignId, 'active'];
      const { items } = await enrollments.find({ index: 'byCampaign', equals, limit: PAGE });
      if (items.length === 0) return;
      const input = { kind: 'end', reason: 'campaign archived', at: clock.now() } as const;
      await Promise.all(items.map((doc) => transitions.give(doc, input, doc.cause)));
    }
  };
}
