/** What a process measures, for Prometheus. */
export { catalogue } from './catalogue.ts';
export { createMetrics, type Metrics, type WaitsReading } from './metrics.ts';
export { metricsTable } from './metrics-table.ts';
