import { Duration } from '@herald/service';
import { Type } from 'typebox';

/** What campaign-runner adds to the configuration. */
export const campaignRunnerConfig = {
  DEFAULT_ZONE: Type.String({
    default: 'UTC',
    description: 'IANA time zone of prospects that have none and workspaces whose settings name none',
  }),
  SWEEP_INTERVAL: Duration({
    default: 1_000,
    minimum: 50,
    description: 'How often the store is asked for what is due',
  }),
};
