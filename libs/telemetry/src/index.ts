/**
 * Tracing: functions that cost nothing while traces are off, and a preload (`@herald/telemetry/preload`) that
 * turns them on.
 */
export { type OpenSpan, type SpanAttributes, type SpanOptions, type Tracing, tracing } from './tracing.ts';
