import { campaignRunnerMetrics } from '@herald/campaign-runner/metrics';
import { eventHandlerMetrics } from '@herald/event-handler/metrics';
import { ingestMetrics } from '@herald/ingest/metrics';
import { messagingMetrics } from '@herald/messaging/metrics';
import { processMetrics } from '@herald/metrics';

/** Every metric, by the service that declares it. */
export const declarations = {
  'every process': processMetrics,
  ingest: ingestMetrics,
  'event-handler': eventHandlerMetrics,
  'campaign-runner': campaignRunnerMetrics,
  messaging: messagingMetrics,
} as const;

/** All metrics in one catalogue. */
export const catalogue = {
  ...processMetrics,
  ...ingestMetrics,
  ...eventHandlerMetrics,
  ...campaignRunnerMetrics,
  ...messagingMetrics,
} as const;
