import { campaignRunnerMetrics } from '@herald/campaign-runner/metrics';
import { eventHandlerMetrics } from '@herald/event-handler/metrics';
import { ingestMetrics } from '@herald/ingest/metrics';
import { messagingMetrics } from '@herald/messaging/metrics';
import { processMetrics } from '@herald/metrics';

/** Every metric there is, by who declares it. */
export const declarations = {
  'every process': processMetrics,
  ingest: ingestMetrics,
  'event-handler': eventHandlerMetrics,
  'campaign-runner': campaignRunnerMetrics,
  messaging: messagingMetrics,
} as const;

/** All of them in one. */
export const catalogue = {
  ...processMetrics,
  ...ingestMetrics,
  ...eventHandlerMetrics,
  ...campaignRunnerMetrics,
  ...messagingMetrics,
} as const;
