import { join } from 'node:path';

/** The root of the repository, and where its charts are. */
export const root = join(import.meta.dirname, '../../..');
export const chartsFolder = join(root, 'charts');

export const services = ['ingest', 'event-handler', 'campaign-runner', 'messaging'] as const;

/** The charts that can be installed. `service` cannot: it is their library. */
export const charts = [...services, 'herald'] as const;

export type ChartName = (typeof charts)[number];
