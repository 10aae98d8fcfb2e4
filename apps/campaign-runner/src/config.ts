import { waitingConfig } from '@herald/config';

/** What campaign-runner adds to the configuration of a process. */
export const campaignRunnerConfig = { ...waitingConfig };
