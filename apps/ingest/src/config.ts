import { Secret } from '@herald/config';
import { Type } from 'typebox';

/** What ingest adds to the configuration of a process. */
export const ingestConfig = {
  INGEST_RATE: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    description:
      'How many events a second one workspace may send to one replica; 0 is no limit. A burst of a ' +
      'second, or of 1,000, passes at once.',
  }),
  SENDGRID_WEBHOOK_KEY: Type.Optional(
    Type.String({
      maxLength: 1_000,
      description:
        'Public key by which SendGrid signs its event webhook, as SendGrid shows it; two, separated by ' +
        'a space, while it is being changed. Unset: `/callbacks/sendgrid` answers 503.',
    }),
  ),
  TWILIO_AUTH_TOKEN: Type.Optional(
    Secret({
      description:
        'Auth token of the Twilio account: it signs what Twilio calls us with, and proves us to ' +
        'Twilio. Two, separated by a space, while it is being changed. Unset: `/callbacks/twilio` ' +
        'answers 503.',
    }),
  ),
};
