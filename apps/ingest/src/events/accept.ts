import { canonicalJson, deriveId, type Event, type Instant, newEvent } from '@herald/domain';
import type { Fault } from '@herald/http';
import type { CheckedEvent } from './event-fields.ts';

/** One valid item of a request, and its place there: empty for the only one, `/3` in a list. */
export interface AcceptedItem {
  readonly path: string;
  readonly checked: CheckedEvent;
  readonly traceparent?: string;
  /** The raw body, for an event that was mapped from it. */
  readonly raw?: string;
}

export interface Acceptance {
  readonly workspace: string;
  readonly source: string;
  readonly now: Instant;
  /** Gives items without an id the same id on every retry. */
  readonly idempotencyKey?: string;
  readonly newId: () => string;
}

/**
 * The events of a request, in order, each id once: the same event twice is one event. Two different events
 * with one id are a fault, because the first would silently win.
 */
export function acceptItems(
  items: readonly AcceptedItem[],
  acceptance: Acceptance,
): { events: Event[]; faults: Fault[] } {
  const byId = new Map<string, { event: Event; path: string }>();
  const faults: Fault[] = [];
  for (const [index, item] of items.entries()) {
    const event = toEvent(item, index, acceptance);
    const earlier = byId.get(event.id);
    if (earlier === undefined) byId.set(event.id, { event, path: item.path });
    else if (contentOf(earlier.event) !== contentOf(event))
      faults.push({ path: `${item.path}/id`, message: `is also the id of ${earlier.path}, which differs` });
  }
  return { events: [...byId.values()].map(({ event }) => event), faults };
}

function toEvent({ checked, traceparent, raw }: AcceptedItem, index: number, acceptance: Acceptance): Event {
  const { workspace, source, now, idempotencyKey, newId } = acceptance;
  const id =
    checked.id ??
    (idempotencyKey === undefined ? newId() : deriveId('idempotency-key', idempotencyKey, index));
  return newEvent({
    workspace,
    id,
    stream: checked.stream,
    type: checked.type,
    occurredAt: checked.occurredAt ?? now,
    receivedAt: now,
    source,
    data: checked.data,
    ...(raw === undefined ? {} : { raw }),
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

const contentOf = ({ stream, type, occurredAt, data }: Event): string =>
  canonicalJson({ stream, type, occurredAt, data });
