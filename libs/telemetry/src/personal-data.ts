import type { Attributes, Link } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter, TimedEvent } from '@opentelemetry/sdk-trace';

/**
 * What an exported span may contain. An allow-list: an attribute that a later version of an instrumentation
 * adds is dropped until somebody has checked it. Paths, queries, addresses of callers, statements and error
 * messages are not on it: each may hold a person's id, address or a token.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'http.method',
  'http.status_code',
  'url.scheme',
  'error.type',
  'server.address',
  'server.port',
  'net.peer.name',
  'net.peer.port',
  'network.protocol.name',
  'network.protocol.version',
  'network.transport',
  'db.system.name',
  'db.system',
  'db.namespace',
  'db.name',
  'db.operation.name',
  'db.operation',
  'db.collection.name',
  'db.mongodb.collection',
  'messaging.system',
  'messaging.destination',
  'messaging.destination_kind',
  'messaging.operation',
  'messaging.protocol',
  'messaging.protocol_version',
  'messaging.rabbitmq.routing_key',
  'messaging.batch.message_count',
  'exception.type',
]);
/** Herald's own, which hold opaque ids and bounded words only. */
const OWN = 'herald.';

const isAllowed = (name: string): boolean => ALLOWED.has(name) || name.startsWith(OWN);

const allowed = (attributes: Attributes = {}): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => isAllowed(name)));

/** The exporter, which sees only the allowed parts of a span. */
export const withoutPersonalData = (exporter: SpanExporter): SpanExporter => ({
  export: (spans, done) => exporter.export(spans.map(cleaned), done),
  shutdown: () => exporter.shutdown(),
  forceFlush: async () => exporter.forceFlush?.(),
});

/** The span with its attributes, events, links and status filtered; all else is read through it. */
function cleaned(span: ReadableSpan): ReadableSpan {
  const seen = {
    attributes: allowed(span.attributes),
    events: span.events.map((event): TimedEvent => ({ ...event, attributes: allowed(event.attributes) })),
    links: span.links.map((link): Link => ({ ...link, attributes: allowed(link.attributes) })),
    status: { code: span.status.code },
  };
  return Object.create(
    span,
    Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, { value, enumerable: true }])),
  );
}
