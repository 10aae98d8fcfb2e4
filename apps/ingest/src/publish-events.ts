import type { Broker } from '@herald/broker';
import { eventsMessages } from '@herald/contracts';
import type { Event, Instant } from '@herald/domain';
import { Problem } from '@herald/http';
import { tracing } from '@herald/telemetry';
import type { IngestMetrics } from './metrics.ts';

/** s until a sender should retry if the broker did not confirm. */
const RETRY_AFTER = 5;

/**
 * Publishes the events of one request, in the order in which they happened: each gets its position from its
 * place in the list. Resolves when every event is durable in the broker. Throws a 503 if that was not
 * confirmed; some may be durable then.
 */
export type PublishEvents = (events: readonly Event[]) => Promise<void>;

export function createPublishEvents(deps: {
  broker: Pick<Broker, 'publish'>;
  metrics: IngestMetrics;
}): PublishEvents {
  const takePositions = createPositions();
  return async (events) => {
    const [first] = events;
    if (first === undefined) return;
    const from = takePositions(first.receivedAt, events.length);
    try {
      await deps.broker.publish(eventsMessages(events.map(inThisTrace), from));
    } catch (cause) {
      throw new Problem(503, 'not_durable', 'This could not be stored now. Send it again.', {
        retryAfter: RETRY_AFTER,
        cause,
      });
    }
    deps.metrics.eventsAccepted.inc(events.length);
  };
}

/**
 * Within the same ms, a request begins at the last position of the previous one, so that later events never
 * sort before earlier ones.
 */
function createPositions(): (receivedAt: Instant, count: number) => number {
  let last: Instant | undefined;
  let highest = 0;
  return (receivedAt, count) => {
    const from = receivedAt === last ? highest : 0;
    last = receivedAt;
    highest = from + count - 1;
    return from;
  };
}

/**
 * If the request is traced, what follows is linked to it, unless the event brings its own trace (as
 * CloudEvents can).
 */
function inThisTrace(event: Event): Event {
  const here = tracing().traceparent();
  if (here === undefined) return event;
  const isOfAnother = event.traceparent !== undefined && traceIdOf(event.traceparent) !== traceIdOf(here);
  return isOfAnother ? event : { ...event, traceparent: here };
}

const traceIdOf = (traceparent: string): string | undefined => traceparent.split('-')[1];
