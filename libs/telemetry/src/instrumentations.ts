import type { Instrumentation } from '@opentelemetry/instrumentation';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MongoDBInstrumentation } from '@opentelemetry/instrumentation-mongodb';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { linkToOrigin } from './origin.ts';

/** The admin port: probes and scrapes, every few seconds, by nobody who has a trace. */
const ADMIN: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz', '/metrics']);

/**
 * ms. Longer than RabbitMQ lets a consumer hold a message: the span of a slow handler ends by its
 * acknowledgement.
 */
const LONGEST_HANDLER = 45 * 60_000;

/** What is traced by itself. */
export const instrumentations = (): Instrumentation[] => [
  new HttpInstrumentation({
    ignoreIncomingRequestHook: ({ url }) => ADMIN.has(url?.split('?', 1)[0]),
    // Requests that nobody's work asked for, such as the exporter's own.
    requireParentforOutgoingSpans: true,
  }),
  new UndiciInstrumentation({ requireParentforSpans: true }),
  new AmqplibInstrumentation({
    // A message may have waited for days: what it causes is another trace, linked to the one that sent it.
    useLinksForConsume: true,
    consumeTimeoutMs: LONGEST_HANDLER,
    publishHook: (span, { options }) => linkToOrigin(span, options?.headers),
    consumeHook: (span, { msg }) => linkToOrigin(span, msg.properties.headers),
  }),
  // Values and keys alike may be personal: the name of the operation and of the collection say enough.
  new MongoDBInstrumentation({ dbStatementSerializer: () => '' }),
  // Trace and span stand on each line of the log; the lines themselves go to stdout alone.
  new PinoInstrumentation({ disableLogSending: true }),
];
