import { type Event, type Instant, parseMessageType, redactEvent } from '@herald/domain';

const CHANNELS: ReadonlySet<unknown> = new Set(['all', 'email', 'sms', 'call', 'webhook']);

/**
 * The event as it is kept of an erased prospect. Beyond what the domain leaves of it, a decision about consent keeps its channel: without one it
 * would read as a decision about all of them. The same event again gives the same.
 */
export function redact<E extends Event>(event: E): E {
  const redacted = redactEvent(event);
  const { channel } = event.data;
  if (!isConsent(event.type) || channel === undefined || !CHANNELS.has(channel)) return redacted;
  return { ...redacted, data: { ...redacted.data, channel } };
}

/**
 * Whether an event that arrives after its prospect was erased is about the time before: it occurred or was received by then, or
 * tells of a message that was asked for by then.
 */
export function isFromBefore(event: Event, erasedAt: Instant): boolean {
  if (event.occurredAt <= erasedAt || event.receivedAt <= erasedAt) return true;
  const { requestedAt } = event.data;
  return (
    parseMessageType(event.type) !== undefined && typeof requestedAt === 'number' && requestedAt <= erasedAt
  );
}

const isConsent = (type: string): boolean =>
  type === 'prospect.subscribed' || type === 'prospect.unsubscribed';
