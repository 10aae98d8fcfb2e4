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
  source: Type.String(),
  data: Type.Unsafe<Event['data']>(Type.Object({})),
  raw: Type.Optional(Type.String()),
  schema: Type.Integer({ minimum: 1, maximum: EVENT_SCHEMA }),
  correlationId: Type.String(),
  causationId: Type.Optional(Type.String()),
  depth: Type.Integer({ minimum: 0 }),
  traceparent: Type.Optional(Type.String()),
});

/** `events` exchange → `event-handler.events`: one or more accepted events of one workspace. Key: the type, or `many`. */
export const eventsContract = contract(
  'events',
  Type.Object({ events: Type.Array(EventBody, { minItems: 1 }) }),
);

/** One wire message for up to this many events; a request with more becomes several. */
const EVENTS_PER_MESSAGE = 100;

export function eventsMessages(events: readonly Event[]): OutMessage[] {
  const messages: OutMessage[] = [];
  for (let start = 0; start < events.length; start += EVENTS_PER_MESSAGE) {
    const part = events.slice(start, start + EVENTS_PER_MESSAGE);
    const [first] = part;
    if (first === undefined) break;
    const key = part.length === 1 ? first.type : 'many';
    messages.push({ exchange: exchange.events, key, id: first.id, body: { events: part }, ...traced(first) });
  }
  return messages;
}

/** The trace context of what a message is about, for the message. */
export const traced = ({ traceparent }: { traceparent?: string | undefined }): { traceparent?: string } =>
  traceparent === undefined ? {} : { traceparent };
