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
 * An event of an erased prospect as it is kept. Beyond what `redactEvent` leaves, a consent decision keeps
 * its channel and topic: without them it would count for all channels. Redacting again changes nothing.
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
 * received before, or is about a message requested before. A report does not say when its message was
 * requested, so it counts as before.
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
