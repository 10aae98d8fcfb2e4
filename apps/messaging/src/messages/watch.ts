import { collections } from '@herald/contracts';
import { span, wall } from '@herald/domain';
import type { ServiceDeps } from '@herald/service';

/** Has each scrape ask the store how many messages are overdue or due soon, and how many are unknown. */
export function watchMessages({
  store,
  clock,
  metrics,
}: Pick<ServiceDeps, 'store' | 'clock' | 'metrics'>): void {
  const messages = store.collection(collections.messages);
  const scheduled = { index: 'byDue', equals: ['scheduled'] };
  metrics.watchWaits('send', async () => {
    const now = clock.now();
    const [overdue, oldest, dueSoon] = await Promise.all([
      messages.count({ ...scheduled, from: 0, before: now }),
      messages.find({ ...scheduled, from: 0, before: now, limit: 1 }),
      messages.count({ ...scheduled, from: now, before: now + wall(clock, span.MINUTE) }),
    ]);
    const dueAt = oldest.items[0]?.state.dueAt ?? now;
    return { overdue, oldestSeconds: (now - dueAt) / wall(clock, span.SECOND), dueSoon };
  });
  metrics.watchUnknownSends(() => messages.count({ index: 'byDue', equals: ['unknown'] }));
}
