import { Type } from 'typebox';

/** What ingest adds to the configuration of a process. */
export const ingestConfig = {
  INGEST_RATE: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    description:
      'How many events a second one workspace may send to one replica; 0 is no limit. A burst of a second, or of 1,000, passes at once.',
  }),
};
