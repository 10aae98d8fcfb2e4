import { register } from 'node:module';
import { resolve } from 'node:path';
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { envDetector, hostDetector } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace';
import { serviceName, type TraceSettings } from './environment.ts';
import { instrumentations } from './instrumentations.ts';
import { openTracing } from './open-tracing.ts';
import { withoutPersonalData } from './personal-data.ts';
import { setTracing } from './tracing.ts';

/** Modules that are instrumented while they load. All others load as if traces were off. */
const TRACED = ['amqplib', 'mongodb', 'pino', 'node:http', 'node:https', 'http', 'https'];

/**
 * Starts OpenTelemetry in this process, for traces only: metrics are Prometheus's, and logs go to stdout. The
 * standard variables set sampler, batches, endpoint and its headers.
 */
export function startTracing(settings: TraceSettings): void {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: TRACED } });
  // `pnpm start` runs src/main.ts from the app's folder.
  const name = serviceName(process.env, process.argv[1] && resolve(process.argv[1]));
  const sdk = new NodeSDK({
    ...(name !== undefined && { serviceName: name }),
    spanProcessors: [new BatchSpanProcessor({ exporter: withoutPersonalData(exporterOf(settings)) })],
    metricReaders: [],
    logRecordProcessors: [],
    // Not the process's: its command line and user are nobody's business.
    resourceDetectors: [envDetector, hostDetector],
    instrumentations: instrumentations(),
  });
  sdk.start();
  setTracing(openTracing(trace.getTracer('@herald/telemetry'), () => sdk.shutdown()));
}

function exporterOf({ exporter, protocol }: TraceSettings): SpanExporter {
  if (exporter === 'console') return new ConsoleSpanExporter();
  return protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
}
