import type { Broker } from '@herald/broker';
import { eventsMessages } from '@herald/contracts';
import type { Event } from '@herald/domain';
import { type Metrics, Problem } from '@herald/service';
import { tracing } from '@herald/telemetry';

/** s after which a sender may try again when the broker did not confirm. */
const RETRY_AFTER = 5;

/** Resolves when every event is durable in the broker; throws a 503 if that was not confirmed, and some may be. */
export type PublishEvents = (events: readonly Event[]) => Promise<void>;

export function createPublishEvents(deps: {
  broker: Pick<Broker, 'publish'>;
  metrics: Metrics;
}): PublishEvents {
  return async (events) => {
    try {
      await deps.broker.publish(eventsMessages(events.map(inThisTrace)));
    } catch (cause) {
      throw new Problem(503, 'not_durable', 'This could not be stored now. Send it again.', {
        retryAfter: RETRY_AFTER,
        cause,
      });
    }
    deps.metrics.eventsAccepted.inc(events.length);
  };
}

/** Where the request is traced, what follows is linked to it, unless the event brings a trace of its own (as CloudEvents can). */
function inThisTrace(event: Event): Event {
  const here = tracing().traceparent();
  if (here === undefined) return event;
  const isOfAnother = event.traceparent !== undefined && traceIdOf(event.traceparent) !== traceIdOf(here);
  return isOfAnother ? event : { ...event, traceparent: here };
}

const traceIdOf = (traceparent: string): string | undefined => traceparent.split('-')[1];
