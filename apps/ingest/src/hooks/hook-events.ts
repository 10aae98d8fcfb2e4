import { setImmediate } from 'node:timers/promises';
import type { SourceDocument } from '@herald/contracts';
import { type Clock, deriveId, type Event, writeJson } from '@herald/domain';
import { type Fault, Problem } from '@herald/http';
import { type AcceptedItem, acceptItems } from '../events/accept.ts';
import { type CheckedEvent, checkEvent } from '../events/event-fields.ts';
import { collectFaults } from '../events/faults.ts';
import { isTraceparent } from '../events/trace.ts';
import { deliveryId } from '../signatures/authentic.ts';
import type { RawRequest } from '../signatures/raw-request.ts';
import type { Source } from '../sources/definition.ts';
import type { HookBody } from './hook-body.ts';
import { contextOf, contextOfItem, type HookContext, itemsOf, type Mapped, runMapping } from './mapping.ts';

/** ms of mapping until other requests get a turn. */
const SLICE = 10;

/** A verified webhook, parsed. */
export interface Hook {
  readonly source: Source;
  readonly request: RawRequest;
  readonly body: HookBody;
  readonly context: HookContext;
}

/** The result of a webhook: its events in order, and whether everything in it was skipped. */
export interface HookEvents {
  readonly events: readonly Event[];
  readonly skipped: boolean;
}

/** The part of a webhook that becomes one event. `at` is the path of its faults. */
interface Item {
  readonly at: string;
  readonly raw: string;
  readonly context: Record<string, unknown>;
  /**
   * Makes its id differ from those of the other items if the sender gives it none; undefined for a webhook
   * that is one event.
   */
  readonly index?: number;
}

/**
 * The events that a webhook maps to: all of its items, or a 422 that names each failed expression and why.
 * `onCount` gets the number of items before any is mapped, and may throw.
 */
export async function hookEvents(
  hook: Hook,
  deps: {
    readonly clock: Clock;
    readonly onCount: (items: number) => void;
    /** The country of phone numbers without a country code. */
    readonly country?: string | undefined;
  },
): Promise<HookEvents> {
  const { source, request } = hook;
  const { clock, onCount, country } = deps;
  if (source.faults.length > 0) throw unmappable(source.faults);
  const items = listItems(hook);
  onCount(items.length);

  const accepted: AcceptedItem[] = [];
  const faults: Fault[] = [];
  const traceparent = request.headers.traceparent;
  const trace = isTraceparent(traceparent) ? { traceparent } : {};
  let turn = performance.now();
  for (const item of items) {
    if (performance.now() - turn > SLICE) {
      await setImmediate();
      turn = performance.now();
    }
    const mapped = runMapping(source.mapping, item.context);
    if (mapped.kind === 'skip') continue;
    const checked = checkedEvent(mapped, item.at, faults, { clock, country });
    if (checked === undefined) continue;
    const id = idOf(source.doc, checked.id, hook, item.index);
    accepted.push({ path: item.at, checked: { ...checked, id }, raw: item.raw, ...trace });
  }
  if (faults.length > 0) throw unmappable(faults);
  const { workspace, id } = source.doc;
  const done = acceptItems(accepted, {
    workspace,
    source: `hooks/${id}`,
    now: clock.now(),
    newId: () => '', // every item has one
  });
  if (done.faults.length > 0) throw unmappable(done.faults);
  return { events: done.events, skipped: items.length > 0 && accepted.length === 0 };
}

function listItems({ source, context, body }: Hook): readonly Item[] {
  const readable = contextOf(context);
  const found = itemsOf(source.mapping, readable);
  if (found === undefined) return [{ at: '/map', raw: body.text, context: readable }];
  if ('fault' in found) throw unmappable([found.fault]);
  return found.items.map((item, index) => ({
    at: `/map/each/${index}`,
    raw: writeJson(item),
    context: { ...readable, ...contextOfItem(item, index) },
    index,
  }));
}

/** The event; undefined if `faults` got what is wrong with it. */
function checkedEvent(
  mapped: Mapped,
  at: string,
  faults: Fault[],
  { clock, country }: { readonly clock: Clock; readonly country: string | undefined },
): CheckedEvent | undefined {
  const own = collectFaults();
  const checked = mapped.kind === 'fields' ? checkEvent(mapped.fields, clock, own, country) : undefined;
  if (mapped.kind === 'failed') for (const { path, message } of mapped.faults) own.add(path, message);
  for (const { path, message } of own.found) faults.push({ path: `${at}${path}`, message });
  return checked;
}

/**
 * The id that the map gives, else the sender's delivery id, else a hash of the body: the same whenever the
 * same bytes come again, and different for each item.
 */
function idOf(doc: SourceDocument, own: string | undefined, { request, body }: Hook, index?: number): string {
  if (own !== undefined) return deriveId('hook', doc.id, own);
  const place = index === undefined ? [] : [index];
  const delivery = deliveryId(doc.verify, request.headers, body.value);
  return delivery === undefined
    ? deriveId('hook-body', doc.id, body.text, ...place)
    : deriveId('hook', doc.id, delivery, ...place);
}

const unmappable = (errors: readonly Fault[]): Problem =>
  new Problem(422, 'mapping', 'The webhook does not map to an event; nothing of it was stored.', { errors });
