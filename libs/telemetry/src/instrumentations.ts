import type { Instrumentation } from '@opentelemetry/instrumentation';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MongoDBInstrumentation } from '@opentelemetry/instrumentation-mongodb';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { linkToOrigin } from './origin.ts';

/** The admin port: probes and scrapes, every few seconds, from callers without traces. */
const ADMIN: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz', '/metrics']);

/**
 * ms. Longer than RabbitMQ lets a consumer hold a delivery: the span of a slow handler ends with its
 * acknowledgement.
 */
const LONGEST_HANDLER = 45 * 60_000;

/** What is traced automatically. */
export const instrumentations = (): Instrumentation[] => [
  new HttpInstrumentation({
    ignoreIncomingRequestHook: ({ url }) => ADMIN.has(url?.split('?', 1)[0]),
    // Requests outside any work, such as the exporter's own.
    requireParentforOutgoingSpans: true,
  }),
  new UndiciInstrumentation({ requireParentforSpans: true }),
  new AmqplibInstrumentation({
    // An envelope may have waited for days: its handling is another trace, linked to the sender's.
    useLinksForConsume: true,
    consumeTimeoutMs: LONGEST_HANDLER,
    publishHook: (span, { options }) => linkToOrigin(span, options?.headers),
    consumeHook: (span, { msg }) => linkToOrigin(span, msg.properties.headers),
  }),
  // Values and keys may be personal: the names of operation and collection are enough.
  new MongoDBInstrumentation({ dbStatementSerializer: () => '' }),
  // Trace and span ids are on each log line; the lines themselves go to stdout only.
  new PinoInstrumentation({ disableLogSending: true }),
];
