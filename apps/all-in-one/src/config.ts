import { campaignRunnerConfig } from '@herald/campaign-runner';
import { commonConfig, ExactInstant } from '@herald/config';
import { ingestConfig } from '@herald/ingest';
import { messagingConfig } from '@herald/messaging';
import { Type } from 'typebox';

/** Where the embedded store and broker are. */
export const embeddedConfig = {
  DATA_DIR: Type.String({
    default: 'data',
    minLength: 1,
    description: 'Directory of the embedded store and broker.',
  }),
};

/**
 * Everything the four services are configured by, and what only one process on an embedded store can have.
 */
export const allInOneConfig = Type.Object({
  ...commonConfig,
  ...embeddedConfig,
  ...ingestConfig,
  ...campaignRunnerConfig,
  ...messagingConfig,
  CLOCK_RATE: Type.Number({
    default: 1,
    minimum: 0.001,
    maximum: 1_000_000,
    description:
      'How many times as fast as the wall the clock runs, for demos and tests. Kept in step over restarts.',
  }),
  CLOCK_START: Type.Optional(
    ExactInstant({ description: 'What the clock shows at its very first start; the wall time unless set.' }),
  ),
});
