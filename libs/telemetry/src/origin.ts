import type { Span } from '@opentelemetry/api';
import { contextOf } from './traceparent.ts';

/**
 * The header with the trace context of the first cause of an envelope. `traceparent` is that of its last
 * sender: a retry, or a sweep that finds a stored wait long after the cause is over.
 */
const ORIGIN = 'x-origin-traceparent';

/** Links the span of an envelope to its first cause, unless that is in the same trace or linked already. */
export function linkToOrigin(span: Span, headers: unknown): void {
  const { [ORIGIN]: origin, traceparent } = (headers ?? {}) as Record<string, unknown>;
  const context = contextOf(origin);
  if (context === undefined || context.traceId === span.spanContext().traceId) return;
  const sender = contextOf(traceparent);
  if (sender?.spanId === context.spanId) return;
  span.addLink({ context, attributes: { 'herald.link': 'origin' } });
}
