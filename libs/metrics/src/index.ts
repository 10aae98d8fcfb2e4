/** What a process measures, for Prometheus. */
export { AT_MOST, buckets, type Declaration, type Declarations } from './declaration.ts';
export type { Instruments } from './instruments.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { metricsTable } from './metrics-table.ts';
export { processMetrics } from './process-metrics.ts';
export { waitingMetrics, watchWaits } from './waiting-metrics.ts';
