import { EVENT_SCHEMA, type Event } from '@herald/domain';
import { Type } from 'typebox';
import { exchange } from './topology.ts';
import { contract, type OutMessage } from './wire.ts';

const EventBody = Type.Object({
  workspace: Type.String({ minLength: 1 }),
  id: Type.String({ minLength: 1 }),
  stream: Type.String({ pattern: '^(prospect|company|campaign)/.' }),
  type: Type.String({ minLength: 1 }),
  occurredAt: Type.Integer(),
  receivedAt: Type.Integer(),
  position: Type.Optional(Type.Integer({ minimum: 0 })),
  request: Type.Optional(Type.String()),
  source: Type.String(),
  data: Type.Unsafe<Event['data']>(Type.Object({})),
  raw: Type.Optional(Type.String()),
  schema: Type.Integer({ minimum: 1, maximum: EVENT_SCHEMA }),
  correlationId: Type.String(),
  causationId: Type.Optional(Type.String()),
  depth: Type.Integer({ minimum: 0 }),
  traceparent: Type.Optional(Type.String()),
});

/**
 * `events` exchange → `event-handler.events`: one or more accepted events of one workspace. Key: the type, or
 * `many`.
 */
export const eventsContract = contract(
  'events',
  Type.Object({ events: Type.Array(EventBody, { minItems: 1 }) }),
);

/** One envelope carries up to this many events; a request with more becomes several. */
const EVENTS_PER_MESSAGE = 100;

/**
 * The envelopes for events that belong together: those of one request, or all that one decision led to. Only
 * here does each event get its position among them. The list is in the order in which the events happened;
 * `from` is the first position.
 */
export function eventsMessages(events: readonly Event[], from = 0): OutMessage[] {
  const messages: OutMessage[] = [];
  const placed = inOrder(events, from);
  for (let start = 0; start < placed.length; start += EVENTS_PER_MESSAGE) {
    const part = placed.slice(start, start + EVENTS_PER_MESSAGE);
    const [first] = part;
    if (first === undefined) break;
    const key = part.length === 1 ? first.type : 'many';
    messages.push({ exchange: exchange.events, key, id: first.id, body: { events: part }, ...traced(first) });
  }
  return messages;
}

function inOrder(events: readonly Event[], from: number): Event[] {
  const request = events.length > 1 ? { request: events[0]?.id } : {};
  return events.map((event, index) => {
    const position = from + index;
    return { ...event, ...(position === 0 ? {} : { position }), ...request };
  });
}

/** Adds the trace context of what an envelope is about. */
export const traced = ({ traceparent }: { traceparent?: string | undefined }): { traceparent?: string } =>
  traceparent === undefined ? {} : { traceparent };
