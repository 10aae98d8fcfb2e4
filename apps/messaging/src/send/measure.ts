import { collections } from '@herald/contracts';
import { CHANNELS, type MessageOutcome, span, wall } from '@herald/domain';
import { watchWaits } from '@herald/metrics';
import type { ServiceDeps } from '@herald/process';
import type { MessagingMetrics } from '../metrics.ts';

/** The outcomes for which alerts and dashboards compute rates. */
const OUTCOMES = [
  'scheduled',
  'sent',
  'delivered',
  'suppressed',
  'failed',
  'expired',
  'withdrawn',
  'bounced',
  'complained',
  'unknown',
] as const satisfies readonly MessageOutcome[];

const LIMITS = [
  'send_window',
  'quiet_hours',
  'frequency_cap',
  'campaign_rate',
  'provider_rate',
  'fair_share',
  'run_order',
] as const;

/** Starts the counters at 0, so that the first of a kind is seen as an increase. */
export function countFromZero(metrics: MessagingMetrics): void {
  for (const channel of CHANNELS) {
    for (const outcome of OUTCOMES) metrics.messages.inc({ channel, outcome }, 0);
    for (const limit of LIMITS) metrics.limited.inc({ channel, limit, effect: 'deferred' }, 0);
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
