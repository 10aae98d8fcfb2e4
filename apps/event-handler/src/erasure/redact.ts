import {
  CHANNELS,
  type Event,
  type Instant,
  type JsonObject,
  MESSAGE_REPORTED,
  NAME_PATTERN,
  parseMessageType,
  redactEvent,
} from '@herald/domain';

const CONSENTED: ReadonlySet<unknown> = new Set(['all', ...CHANNELS]);
const TOPIC = new RegExp(NAME_PATTERN);

/**
 * The event as it is kept of an erased prospect. Beyond what the domain leaves of it, a decision about
 * consent keeps its channel and topic: without them it would read as a decision about all of them. The same
 * event again gives the same.
 */
export function redact<E extends Event>(event: E): E {
  const redacted = redactEvent(event);
  if (!CONSENT.has(event.type)) return redacted;
  const { channel, topic } = event.data;
  const kept: JsonObject = {
    ...(channel !== undefined && CONSENTED.has(channel) ? { channel } : {}),
    ...(typeof topic === 'string' && TOPIC.test(topic) ? { topic } : {}),
  };
  return { ...redacted, data: { ...redacted.data, ...kept } };
}

/**
 * Whether an event that arrives after its prospect was erased is about the time before: it occurred or was
 * received by then, or tells of a message that was asked for by then. A report does not say when its message
 * was asked for: it may be of before.
 */
export function isFromBefore(event: Event, erasedAt: Instant): boolean {
  if (event.occurredAt <= erasedAt || event.receivedAt <= erasedAt || event.type === MESSAGE_REPORTED)
    return true;
  const { requestedAt } = event.data;
  return (
    parseMessageType(event.type) !== undefined && typeof requestedAt === 'number' && requestedAt <= erasedAt
  );
}

const CONSENT: ReadonlySet<string> = new Set([
  'prospect.subscribed',
  'prospect.unsubscribed',
  'prospect.suppressed',
  'prospect.unsuppressed',
]);
