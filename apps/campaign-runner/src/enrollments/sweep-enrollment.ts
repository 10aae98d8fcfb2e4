import type { EnrollmentDocument } from '@herald/contracts';
import type { CampaignLibrary } from '../campaigns/library.ts';
import type { Transitions } from './transitions.ts';

/** ms of wall time between sweeps of an enrollment that its paused campaign holds. */
export const HELD = 15_000;

/**
 * What the sweep does for an enrollment whose `sweepAt` has come: publishes a full outbox; leaves what a
 * paused campaign holds; takes from the log what a wait may have missed; sets the alarm of a wait that is due
 * soon, again if it was lost.
 */
export function createSweepEnrollment(library: CampaignLibrary, transitions: Transitions) {
  return async (found: EnrollmentDocument): Promise<void> => {
    const doc = await transitions.outbox.flush(found);
    if (doc.state.status !== 'active' || doc !== found) return;
    if (library.status(doc.workspace, doc.state.campaignId) === 'paused')
      return transitions.sweepIn(doc, HELD);
    if (doc.state.wait?.kind === 'waitFor' && (await transitions.wake(doc))) return;
    await transitions.arm(doc);
  };
}
