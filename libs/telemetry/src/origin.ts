import type { Span } from '@opentelemetry/api';
import { contextOf } from './traceparent.ts';

/**
 * The header with the trace context of what first caused a message. `traceparent` is that of whoever sent it
 * last: a retry, or a sweep that finds what a wait has left in the store, long after the cause is over.
 */
const ORIGIN = 'x-origin-traceparent';

/**
 * Links the span of a message to what first caused it, unless that is of its own trace or linked to already.
 */
export function linkToOrigin(span: Span, headers: unknown): void {
  const { [ORIGIN]: origin, traceparent } = (headers ?? {}) as Record<string, unknown>;
  const context = contextOf(origin);
  if (context === undefined || context.traceId === span.spanContext().traceId) return;
  const sender = contextOf(traceparent);
  if (sender?.spanId === context.spanId) return;
  span.addLink({ context, attributes: { 'herald.link': 'origin' } });
}
