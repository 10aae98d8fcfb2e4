import { rotated } from '@herald/config';
import { type SendGridAccount, sendgridKey } from '@herald/contracts';
import { Type } from 'typebox';
import { createSendGridProvider } from '../channels/email/sendgrid/sendgrid-provider.ts';
import type { AccountKind } from './kind.ts';
import { SecretField } from './secret-field.ts';

/** https://www.twilio.com/docs/sendgrid/for-developers/sending-email/getting-started-email-activity-api */
const REGIONS = { global: 'https://api.sendgrid.com', eu: 'https://api.eu.sendgrid.com' };

export const sendgridAccount: AccountKind<SendGridAccount> = {
  channels: ['email'],
  fields: {
    apiKey: SecretField({ description: 'of SendGrid, with the permission Mail Send' }),
    region: Type.Optional(Type.Enum(['global', 'eu'])),
    webhookKey: Type.Optional(
      Type.String({
        maxLength: 1_000,
        description:
          'of SendGrid: the public key of its event webhook. During rotation two, separated by a space',
      }),
    ),
  },
  required: ['apiKey'],
  secrets: ['apiKey'],
  faults: ({ webhookKey }) =>
    webhookKey === undefined || (webhookKey !== '' && rotated(webhookKey).every(sendgridKey))
      ? []
      : [{ path: '/webhookKey', message: 'must be the public key that SendGrid shows: base64, no armour' }],
  create: ({ apiKey, region }, { secret, timeout, sendgridUrl }) => [
    createSendGridProvider({
      apiKey: rotated(secret(apiKey))[0] ?? '',
      url: region === undefined ? sendgridUrl : REGIONS[region],
      timeout,
    }),
  ],
};
