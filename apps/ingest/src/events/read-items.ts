import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '@herald/domain';
import { type Fault, Problem } from '@herald/http';
import type { AcceptedItem } from './accept.ts';
import { attributeOf, fromBinaryMode, isBinaryMode, mapCloudEvent } from './cloudevents.ts';
import { checkEvent } from './event-fields.ts';
import { collectFaults, type Faults } from './faults.ts';
import { isTraceparent } from './trace.ts';

export const MAX_ITEMS = 1_000;

/** A parsed body and its media type; `value` is absent for an empty body. */
export interface EventsBody {
  readonly kind: 'json' | 'cloudevent' | 'cloudevent-batch';
  readonly value?: unknown;
}

export interface ReadItems {
  readonly items: readonly AcceptedItem[];
  readonly faults: readonly Fault[];
  /** The number of items, good and bad. */
  readonly count: number;
}

/** Every item of a request, checked. Throws a 400 for a body that is not a list of items at all. */
export function readItems(
  body: EventsBody,
  headers: IncomingHttpHeaders,
  clock: Clock,
  country?: string,
): ReadItems {
  const isCloudEvent = body.kind !== 'json' || isBinaryMode(headers);
  const raw = body.kind === 'json' && isCloudEvent ? [{ path: '', value: body.value }] : listOf(body);
  const items: AcceptedItem[] = [];
  const faults: Fault[] = [];
  const trace = isTraceparent(headers.traceparent) ? { traceparent: headers.traceparent } : {};

  for (const { path, value } of raw) {
    const own = collectFaults();
    let fields = value;
    let ownTrace = trace;
    if (isCloudEvent) {
      const event = body.kind === 'json' ? fromBinaryMode(headers, value, own) : value;
      const mapped = mapCloudEvent(event, own);
      fields = mapped.fields;
      if (mapped.traceparent !== undefined) ownTrace = { traceparent: mapped.traceparent };
    }
    const checked = checkEvent(fields, clock, own, country);
    if (checked !== undefined && own.count === 0) items.push({ path, checked, ...ownTrace });
    else faults.push(...named(own, path, isCloudEvent));
  }
  return { items, faults, count: raw.length };
}

function listOf({ kind, value }: EventsBody): { path: string; value: unknown }[] {
  if (value === undefined) throw new Problem(400, 'malformed', 'The body is empty.');
  if (!Array.isArray(value)) {
    if (kind === 'cloudevent-batch')
      throw new Problem(400, 'malformed', 'A batch is an array of CloudEvents.');
    return [{ path: '', value }];
  }
  if (kind === 'cloudevent')
    throw new Problem(400, 'malformed', 'A CloudEvent is an object; send a batch as one.');
  if (value.length === 0 || value.length > MAX_ITEMS) {
    const errors = [{ path: '', message: `must have 1 to ${MAX_ITEMS} items, has ${value.length}` }];
    throw new Problem(400, 'invalid', `One request holds 1 to ${MAX_ITEMS} events.`, { errors });
  }
  return value.map((item: unknown, index) => ({ path: `/${index}`, value: item }));
}

/**
 * An item's faults with their places in the request, by the sender's names; for a CloudEvent each place once,
 * its own rules first.
 */
function named({ found }: Faults, path: string, isCloudEvent: boolean): Fault[] {
  if (!isCloudEvent) return found.map((fault) => ({ path: path + fault.path, message: fault.message }));
  const byPath = new Map<string, Fault>();
  for (const fault of found) {
    const at = path + (attributeOf[fault.path] ?? fault.path);
    if (!byPath.has(at)) byPath.set(at, { path: at, message: fault.message });
  }
  return [...byPath.values()];
}
