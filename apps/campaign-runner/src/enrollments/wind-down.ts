import { collections } from '@herald/contracts';
import type { ServiceDeps } from '@herald/process';
import type { Transitions } from './transitions.ts';

const PAGE = 200;

export interface WindDownDeps extends Pick<ServiceDeps, 'store' | 'clock' | 'log'> {
  readonly transitions: Transitions;
}

/**
 * Begins to end every enrollment of an archived campaign. It may begin again at any time; a failure is
 * logged, and the next start of the service begins again.
 */
export type WindDown = (workspace: string, campaignId: string) => void;

export function createWindDown({ store, clock, log, transitions }: WindDownDeps): WindDown {
  const enrollments = store.collection(collections.enrollments);
  const endAll = async (workspace: string, campaignId: string): Promise<void> => {
    for (;;) {
      const equals = [workspace, campaignId, 'active'];
      const { items } = await enrollments.find({ index: 'byCampaign', equals, limit: PAGE });
      if (items.length === 0) return;
      const input = { kind: 'end', reason: 'campaign archived', at: clock.now() } as const;
      await Promise.all(items.map((doc) => transitions.apply(doc, input, doc.cause)));
    }
  };
  return (workspace, campaignId) => {
    endAll(workspace, campaignId).catch((error: unknown) =>
      log.error({ err: error, campaignId }, 'archive not finished'),
    );
  };
}
