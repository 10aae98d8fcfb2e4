import { buckets, type Declarations } from './declaration.ts';
import type { Instruments } from './instruments.ts';
import type { Metrics } from './metrics.ts';

/** The metrics of services that wait for due times: spread them into the service's own. */
export const waitingMetrics = {
  latenessSeconds: {
    kind: 'histogram',
    name: 'herald_lateness_seconds',
    help: 'Wall time from due to done, of a wait or of a message to send.',
    labels: ['kind'],
    buckets: buckets.WAITING,
  },
  waitsOverdue: {
    kind: 'gauge',
    name: 'herald_waits_overdue',
    help: 'Waits, or messages to send, that are due and not done.',
    labels: ['kind'],
  },
  oldestDueSeconds: {
    kind: 'gauge',
    name: 'herald_waits_oldest_due_seconds',
    help: 'How long the oldest of them has been due; 0 if there is none.',
    labels: ['kind'],
  },
  waitsDueSoon: {
    kind: 'gauge',
    name: 'herald_waits_due_soon',
    help: 'Waits, or messages to send, that are due within the next minute.',
    labels: ['kind'],
  },
} as const satisfies Declarations;

/** What waits in the store for its time: enrollments in a wait, or messages to send. */
export interface WaitsReading {
  /** Due and not done. */
  readonly overdue: number;
  /** s of wall time since the oldest of them was due. */
  readonly oldestSeconds: number;
  /** Due within the next minute. */
  readonly dueSoon: number;
}

/**
 * Calls `read` at each scrape. When it fails or takes over 3 s, the gauges are missing from that scrape.
 */
export function watchWaits(
  metrics: Pick<Metrics, 'watch'> & Instruments<typeof waitingMetrics>,
  kind: 'wait' | 'send',
  read: () => Promise<WaitsReading>,
): void {
  const { waitsOverdue, oldestDueSeconds, waitsDueSoon } = metrics;
  metrics.watch('waits', {
    async read() {
      const { overdue, oldestSeconds, dueSoon } = await read();
      waitsOverdue.set({ kind }, overdue);
      oldestDueSeconds.set({ kind }, oldestSeconds);
      waitsDueSoon.set({ kind }, dueSoon);
    },
    clear() {
      for (const gauge of [waitsOverdue, oldestDueSeconds, waitsDueSoon]) gauge.remove({ kind });
    },
  });
}
