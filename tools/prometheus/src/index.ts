/** Prometheus and promtool for tests: found, or installed where that can be done. */
export { findPrometheuses, type Programs } from './find.ts';
export { runPromtool } from './promtool.ts';
export {
  type Prometheus,
  type PrometheusOptions,
  type Sample,
  startPrometheus,
  type Target,
} from './start.ts';
