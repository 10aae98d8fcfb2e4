import { setTimeout as pause } from 'node:timers/promises';
import {
  context,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { contextOf, traceparentOf } from './traceparent.ts';
import type { SpanAttributes, SpanOptions, Tracing } from './tracing.ts';

const KINDS = { client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL } as const;

/** Tracing with a tracer of OpenTelemetry. */
export function openTracing(tracer: Tracer, stop: () => Promise<void>): Tracing {
  return {
    traceparent() {
      const active = trace.getActiveSpan()?.spanContext();
      return active !== undefined && isSpanContextValid(active) ? traceparentOf(active) : undefined;
    },
    async span(name, { kind, attributes = {}, links = [], root = false }: SpanOptions, work) {
      const linked = [...new Set(links)].flatMap((link) => contextOf(link) ?? []);
      const options = {
        kind: KINDS[kind],
        attributes: { ...attributes },
        links: linked.map((one) => ({ context: one })),
        root,
      };
      return tracer.startActiveSpan(name, options, async (span) => {
        try {
          return await work({ set: (more) => say(span, more) });
        } catch (error) {
          // The message may quote somebody: its kind is enough, the log has the rest.
          span.setAttribute('error.type', error instanceof Error ? error.name : 'other');
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    annotate(attributes) {
      const active = trace.getActiveSpan();
      if (active !== undefined) say(active, attributes);
    },
    route(template) {
      const request = getRPCMetadata(context.active());
      if (request !== undefined) request.route = template;
    },
    async stop(patience) {
      const over = new AbortController();
      const late = pause(patience, false, { signal: over.signal, ref: false }).catch(() => false);
      const done = stop().then(
        () => true,
        () => false,
      );
      const result = await Promise.race([done, late]);
      over.abort();
      return result;
    },
  };
}

function say(span: Span, attributes: SpanAttributes): void {
  span.setAttributes({ ...attributes });
}
