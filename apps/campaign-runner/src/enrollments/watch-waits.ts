import { collections } from '@herald/contracts';
import { type EnrollmentStatus, type Refusal, span, wall } from '@herald/domain';
import { watchWaits } from '@herald/metrics';
import type { ServiceDeps } from '@herald/process';
import type { CampaignRunnerMetrics } from '../metrics.ts';

type Outcome = 'entered' | Exclude<EnrollmentStatus, 'active'> | `refused_${Refusal}`;

const OUTCOMES = [
  'entered',
  'completed',
  'exited',
  'failed',
  'refused_when_false',
  'refused_when_unanswered',
  'refused_too_old',
  'refused_too_deep',
  'refused_already_in',
  'refused_entered_before',
  'refused_not_within',
  'refused_erased',
] as const satisfies readonly Outcome[];

/** Sets all counters to 0, so that the first event of each kind shows as an increase. */
export function countFromZero(metrics: CampaignRunnerMetrics): void {
  for (const outcome of OUTCOMES) metrics.enrollments.inc({ outcome }, 0);
  metrics.latenessSeconds.zero({ kind: 'wait' });
}

/**
 * At each scrape, asks the store how many waits are overdue, by how long the oldest is, and how many are due
 * within a minute.
 */
export function watchDue(
  { store, clock }: Pick<ServiceDeps, 'store' | 'clock'>,
  metrics: CampaignRunnerMetrics,
): void {
  const enrollments = store.collection(collections.enrollments);
  const byDue = { index: 'byDue', equals: [] };
  watchWaits(metrics, 'wait', async () => {
    const now = clock.now();
    const [overdue, oldest, dueSoon] = await Promise.all([
      enrollments.count({ ...byDue, from: 0, before: now }),
      enrollments.find({ ...byDue, from: 0, before: now, limit: 1 }),
      enrollments.count({ ...byDue, from: now, before: now + wall(clock, span.MINUTE) }),
    ]);
    const dueAt = oldest.items[0]?.state.wait?.dueAt ?? now;
    return { overdue, oldestSeconds: (now - dueAt) / wall(clock, span.SECOND), dueSoon };
  });
}
