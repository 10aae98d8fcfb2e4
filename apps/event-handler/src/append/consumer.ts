import { ack, type Broker, type Consumer, type Delivery, drop, retry, type Verdict } from '@herald/broker';
import { appliedMessage, ContractError, eventsContract, queue } from '@herald/contracts';
import { type Event, upcast } from '@herald/domain';
import type { Log } from '@herald/log';
import type { OutageWatch } from '@herald/process';
import { tracing } from '@herald/telemetry';
import type { EventHandlerMetrics } from '../metrics.ts';
import { eventKey, type LogWriter } from './writer.ts';

export interface EventConsumerDeps {
  readonly writer: LogWriter;
  readonly broker: Broker;
  readonly outage: OutageWatch;
  readonly log: Log;
  readonly metrics: EventHandlerMetrics;
}

const BATCH = { size: 500, wait: 5, prefetch: 1_000 };
/** Events written at once, so that transactions stay short and memory flat. A delivery has up to 100. */
const EVENTS_AT_ONCE = 2_000;

/** The default limit of links in a span. */
const LINKS = 128;

/** A delivery whose body fits its contract. */
interface Parcel {
  readonly delivery: Delivery;
  readonly events: readonly Event[];
}

/**
 * Takes accepted events from the queue into the log, and publishes each that is there. Acknowledges when both
 * are durable.
 */
export function consumeEvents(deps: EventConsumerDeps): Promise<Consumer> {
  const { writer, broker, outage, log, metrics } = deps;

  const settle = async (parcels: readonly Parcel[]): Promise<Verdict[]> => {
    const events = parcels.flatMap((parcel) => parcel.events);
    const { stored, appended } = await writer.write(events);
    const applied = [...stored.values()].filter((event) => !event.type.startsWith('enrollment.'));
    if (applied.length > 0) await broker.publish(applied.map(appliedMessage));
    const open = events.filter((event) => !stored.has(eventKey(event))).length;
    metrics.eventBatchSize.observe(events.length);
    metrics.eventsAppended.inc(appended);
    metrics.eventsDuplicate.inc(events.length - appended - open);
    return parcels.map((parcel) =>
      parcel.events.every((event) => stored.has(eventKey(event))) ? ack : retry('other writers were first'),
    );
  };

  /** Halves a batch that fails until the delivery at fault stands alone: the others are stored. */
  const settleSafely = async (parcels: readonly Parcel[], since?: number): Promise<Verdict[]> => {
    try {
      return await settle(parcels);
    } catch (error) {
      const firstFailed = since ?? performance.now();
      const report = await outage.wait(error, firstFailed);
      if (report === 'over') return settleSafely(parcels, firstFailed);
      const [first] = parcels;
      if (report === 'none' && parcels.length > 1) {
        const middle = Math.ceil(parcels.length / 2);
        const left = await settleSafely(parcels.slice(0, middle));
        return [...left, ...(await settleSafely(parcels.slice(middle)))];
      }
      log.error({ err: error, message: first?.delivery.id, messages: parcels.length }, 'events not stored');
      return parcels.map(() => retry('could not be stored'));
    }
  };

  const handle = async (deliveries: readonly Delivery[]): Promise<Verdict[]> => {
    const verdicts = new Map<Delivery, Verdict>();
    const parcels: Parcel[] = [];
    for (const delivery of deliveries) {
      const parcel = open(delivery);
      if ('verdict' in parcel) verdicts.set(delivery, parcel.verdict);
      else parcels.push(parcel);
    }
    for (const part of inParts(parcels)) {
      const settled = await settleSafely(part);
      for (const [index, { delivery }] of part.entries()) {
        verdicts.set(delivery, settled[index] ?? retry('no verdict'));
      }
    }
    return deliveries.map((delivery) => verdicts.get(delivery) ?? retry('no verdict'));
  };

  // A batch belongs to many traces: its span has a trace of its own, with a link to each of them.
  return broker.consumeBatch(queue.eventHandlerEvents, BATCH, (deliveries) =>
    tracing().span(
      `${queue.eventHandlerEvents} process batch`,
      {
        kind: 'consumer',
        root: true,
        attributes: { 'messaging.batch.message_count': deliveries.length },
        links: deliveries.slice(0, LINKS).map(({ traceparent }) => traceparent),
      },
      () => handle(deliveries),
    ),
  );
}

function open(delivery: Delivery): Parcel | { readonly verdict: Verdict } {
  try {
    return { delivery, events: eventsContract.parse(delivery.body).events.map(upcast) };
  } catch (error) {
    if (error instanceof ContractError) return { verdict: drop(error.message) };
    throw error;
  }
}

/** Consecutive parcels with up to `EVENTS_AT_ONCE` events together. */
function inParts(parcels: readonly Parcel[]): Parcel[][] {
  const parts: Parcel[][] = [];
  let room = 0;
  for (const parcel of parcels) {
    if (room < parcel.events.length) {
      parts.push([]);
      room = EVENTS_AT_ONCE;
    }
    parts.at(-1)?.push(parcel);
    room -= parcel.events.length;
  }
  return parts;
}
