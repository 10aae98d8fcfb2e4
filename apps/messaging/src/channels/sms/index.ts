import { Type } from 'typebox';
import type { ChannelDefinition } from '../channel.ts';
import { phoneAddress } from '../phone/address.ts';
import { createPhoneConsole } from '../phone/console-providers.ts';
import {
  fromFaults,
  phoneSender,
  SMS_SENDER,
  smsSenderFault,
  whenPhoneSenderUnset,
} from '../phone/senders.ts';
import { configuredTwilio, type TwilioConfig, twilioConfig } from '../phone/twilio/config.ts';
import { type OutgoingSms, outgoingSms } from './message.ts';
import { type SmsContent, smsTemplate } from './template.ts';

const SENDER_SET_UP = 'set senders.sms.from, TWILIO_NUMBER or TWILIO_MESSAGING_SERVICE_SID';

export const sms = {
  template: smsTemplate,
  address: phoneAddress,
  sender: {
    setting: Type.Object(
      { from: Type.String({ maxLength: 40, description: SMS_SENDER }) },
      { additionalProperties: false },
    ),
    faults: ({ from }) => fromFaults(smsSenderFault(from)),
    of: (context, own) => phoneSender('sms', context, own, SENDER_SET_UP),
    whenUnset: whenPhoneSenderUnset,
  },
  providers: {
    config: twilioConfig,
    create: (config: TwilioConfig, publicUrl) => {
      const twilio = configuredTwilio(config, publicUrl);
      return twilio === undefined ? [] : [twilio.sms];
    },
    console: () => createPhoneConsole().sms,
    setUp: 'set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or, to try things out, CONSOLE_CHANNELS=sms',
  },
  outgoing: outgoingSms,
  canUnsubscribe: true,
} satisfies ChannelDefinition<'sms', OutgoingSms, SmsContent>;
