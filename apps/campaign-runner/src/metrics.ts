import { AT_MOST, type Declarations, type Instruments, type Metrics, waitingMetrics } from '@herald/metrics';

/** What this service measures beside what every process does. */
export const campaignRunnerMetrics = {
  ...waitingMetrics,
  enrollments: {
    kind: 'counter',
    name: 'herald_enrollments_total',
    help: `Enrollments by outcome: entered, completed, exited and so on. ${AT_MOST}`,
    labels: ['outcome'],
  },
} as const satisfies Declarations;

/** Every metric that this service may set. */
export type CampaignRunnerMetrics = Metrics & Instruments<typeof campaignRunnerMetrics>;
