import { phoneNumber } from '@herald/addresses';
import { rotated } from '@herald/config';
import type { TwilioAccount } from '@herald/contracts';
import { Type } from 'typebox';
import { isMessagingService } from '../channels/phone/senders.ts';
import { createTwilioProviders } from '../channels/phone/twilio/twilio-providers.ts';
import type { AccountKind } from './kind.ts';
import { SecretField } from './secret-field.ts';

export const twilioAccount: AccountKind<TwilioAccount> = {
  channels: ['sms', 'call'],
  fields: {
    accountSid: Type.Optional(
      Type.String({ pattern: '^AC[0-9a-zA-Z]{32}$', description: 'of Twilio: AC and 32 characters' }),
    ),
    authToken: SecretField({ description: 'of Twilio; it also verifies callbacks' }),
    number: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'that texts and calls come from where the settings name no sender, such as +14155550100',
      }),
    ),
    messagingService: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'that sends texts instead of the number: MG and 32 characters',
      }),
    ),
  },
  required: ['accountSid', 'authToken'],
  secrets: ['authToken'],
  faults: ({ number, messagingService }) => [
    ...(number === undefined || phoneNumber(number) === number
      ? []
      : [{ path: '/number', message: `must be ${phoneNumber(number) ?? 'a number such as +14155550100'}` }]),
    ...(messagingService === undefined || isMessagingService(messagingService)
      ? []
      : [{ path: '/messagingService', message: 'must be MG and 32 characters' }]),
  ],
  create({ accountSid, authToken, number, messagingService }, context) {
    const { workspace, name, secret, timeout, twilioUrl: url, callbacks } = context;
    const { sms, call } = createTwilioProviders({
      accountSid,
      authToken: rotated(secret(authToken))[0] ?? '',
      ...{ url, number, service: messagingService, timeout, callbacks },
      callbackPath: `/callbacks/twilio-status/${workspace}/${name}`,
    });
    return [sms, call];
  },
};
