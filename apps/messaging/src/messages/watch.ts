import { collections } from '@herald/contracts';
import { CHANNELS, type MessageOutcome, span, wall } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';

/** Those that somebody asks for by a rate. */
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

/** Counts from 0, so that the first of its kind is seen as an increase. */
export function countFromZero(
  metrics: Pick<ServiceDeps['metrics'], 'messages' | 'limited' | 'latenessSeconds'>,
): void {
  for (const channel of CHANNELS) {
    for (const outcome of OUTCOMES) metrics.messages.inc({ channel, outcome }, 0);
    for (const limit of LIMITS) metrics.limited.inc({ channel, limit, effect: 'deferred' }, 0);
  }
  metrics.latenessSeconds.zero({ kind: 'send' });
}

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
