import { twilioTokenConfig } from '@herald/config';
import { Type } from 'typebox';
import { mailConfig } from './mail/config.ts';

/** What ingest adds to the configuration of a process. */
export const ingestConfig = {
  ...mailConfig,
  INGEST_RATE: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    description:
      'How many events per second one workspace may send to one replica; 0 is no limit. A burst of one ' +
      "second's events, or of 1,000, passes at once.",
  }),
  SENDGRID_WEBHOOK_KEY: Type.Optional(
    Type.String({
      maxLength: 1_000,
      description:
        "Public key that verifies SendGrid's event webhook, as SendGrid shows it. During rotation, give " +
        'two, separated by a space. Unset: `/callbacks/sendgrid` answers 503.',
    }),
  ),
  ...twilioTokenConfig,
};
