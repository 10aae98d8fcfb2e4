import { Duration } from '@herald/config';

/** The configuration that providers of several channels have in common. */
export const sendTimeout = {
  SEND_TIMEOUT: Duration({
    default: 45_000,
    minimum: 1_000,
    maximum: 900_000,
    description: 'How long one call of a provider may take.',
  }),
};
