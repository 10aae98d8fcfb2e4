import { campaignRunnerConfig } from '@herald/campaign-runner';
import { commonConfig, ExactInstant } from '@herald/config';
import { ingestConfig } from '@herald/ingest';
import { messagingConfig } from '@herald/messaging';
import { managedConfig } from '@herald/runtime';
import { type Static, Type } from 'typebox';

/** The location of the embedded store and broker. */
export const embeddedConfig = {
  DATA_DIR: Type.String({
    default: 'data',
    minLength: 1,
    description: 'Directory of the embedded store and broker.',
  }),
};

/** The settings of all four services, and those of what they stand on in one process. */
export const allInOneConfig = Type.Object({
  ...commonConfig,
  ...embeddedConfig,
  // `checkMixture` says which go together.
  ...managedConfig,
  ...ingestConfig,
  ...campaignRunnerConfig,
  ...messagingConfig,
  CLOCK_RATE: Type.Number({
    default: 1,
    minimum: 0.001,
    maximum: 1_000_000,
    description:
      'How many times as fast as the wall the clock runs, for demos and tests. A restart continues from ' +
      'the same time.',
  }),
  CLOCK_START: Type.Optional(
    ExactInstant({ description: 'What the clock shows at its very first start. Default: the wall time.' }),
  ),
});
export type AllInOneConfig = Readonly<Static<typeof allInOneConfig>>;
