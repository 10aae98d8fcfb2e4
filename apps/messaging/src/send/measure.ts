import { collections } from '@herald/contracts';
import { CHANNELS, outcomesOf, span, wall } from '@herald/domain';
import { watchWaits } from '@herald/metrics';
import type { ServiceDeps } from '@herald/process';
import { LIMIT_NAMES } from '../limits/limit-names.ts';
import type { MessagingMetrics } from '../metrics.ts';

/** Starts the counters at 0, so that the first of a kind is seen as an increase. */
export function countFromZero(metrics: MessagingMetrics): void {
  for (const channel of CHANNELS) {
    for (const outcome of outcomesOf(channel)) metrics.messages.inc({ channel, outcome }, 0);
    for (const limit of LIMIT_NAMES) metrics.limited.inc({ channel, limit, effect: 'deferred' }, 0);
  }
  metrics.latenessSeconds.zero({ kind: 'send' });
}

/** On each scrape, reads from the store how many messages are overdue, due soon, or unknown. */
export function watchMessages(
  { store, clock }: Pick<ServiceDeps, 'store' | 'clock'>,
  metrics: MessagingMetrics,
): void {
  const messages = store.collection(collections.messages);
  const scheduled = { index: 'byDue', equals: ['scheduled'] };
  watchWaits(metrics, 'send', async () => {
    const now = clock.now();
    const [overdue, oldest, dueSoon] = await Promise.all([
      messages.count({ ...scheduled, from: 0, before: now }),
      messages.find({ ...scheduled, from: 0, before: now, limit: 1 }),
      messages.count({ ...scheduled, from: now, before: now + wall(clock, span.MINUTE) }),
    ]);
    const dueAt = oldest.items[0]?.state.dueAt ?? now;
    return { overdue, oldestSeconds: (now - dueAt) / wall(clock, span.SECOND), dueSoon };
  });
  metrics.watch('unknown_sends', {
    read: async () => metrics.unknownSends.set(await messages.count({ index: 'byDue', equals: ['unknown'] })),
    clear: () => metrics.unknownSends.remove(),
  });
}
