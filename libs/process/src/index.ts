/** A process of Herald: its services, readiness, outages, and an orderly stop. */
export { type Admin, createAdmin } from './admin/admin.ts';
export { checksOf } from './checks.ts';
export { type OutageReport, type OutageWatch, pauseDuringOutage, watchOutage } from './outage.ts';
export type { ProcessOptions } from './process-options.ts';
export { runMain } from './run-main.ts';
export { type RunningProcess, runProcess } from './run-process.ts';
export type { Service, ServiceDeps } from './service.ts';
