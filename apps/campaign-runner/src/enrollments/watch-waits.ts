import { collections } from '@herald/contracts';
import { span, wall } from '@herald/domain';
import type { ServiceDeps } from '@herald/service';

/** Has each scrape ask the store how many waits are overdue, for how long the oldest, and how many are due within a minute. */
export function watchWaits({
  store,
  clock,
  metrics,
}: Pick<ServiceDeps, 'store' | 'clock' | 'metrics'>): void {
  const enrollments = store.collection(collections.enrollments);
  const byDue = { index: 'byDue', equals: [] };
  metrics.watchWaits('wait', async () => {
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
