import type { BrokerObserver } from '@herald/broker';
import type { Log } from '@herald/log';
import type { Instruments } from './instruments.ts';
import type { processMetrics } from './process-metrics.ts';

/** Counts what the broker does, and logs what an operator should see: ids and reasons, never bodies. */
export const createObserver = (metrics: Instruments<typeof processMetrics>, log?: Log): BrokerObserver => ({
  settled({ queue, publishedAt, attempt }, verdict, seconds) {
    metrics.consumed.inc({ queue, verdict: verdict.kind });
    if (attempt > 1) metrics.redelivered.inc({ queue });
    metrics.processSeconds.observe({ queue }, seconds);
    // Wall time of two machines, perhaps: a clock that is behind must not give a negative age.
    const age = (Date.now() - publishedAt) / 1000 - seconds;
    metrics.messageAgeSeconds.observe({ queue }, Math.max(0, age));
  },
  dead({ queue, id, key, attempt }, reason) {
    metrics.deadLetters.inc({ queue });
    log?.error({ queue, messageId: id, key, attempt, reason }, 'dead letter');
  },
  unroutable({ exchange, id, key }) {
    metrics.unroutable.inc({ exchange });
    log?.error({ exchange, messageId: id, key }, 'no queue accepts this envelope');
  },
  published(exchange, count, seconds) {
    metrics.published.inc({ exchange }, count);
    metrics.publishSeconds.observe({ exchange }, seconds);
  },
  unconfirmed(exchange, count) {
    metrics.unconfirmed.inc({ exchange }, count);
  },
  accepting(isAccepting) {
    metrics.brokerAccepting.set(isAccepting ? 1 : 0);
    if (!isAccepting) log?.error({}, 'the broker accepts no envelopes: an alarm of its memory or disk');
  },
  fault(error) {
    log?.error({ err: error }, 'the broker has a fault');
  },
});
