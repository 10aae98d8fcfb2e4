import { Type } from 'typebox';
import type { ChannelDefinition } from '../channel.ts';
import { phoneAddress } from '../phone/address.ts';
import { createPhoneConsole } from '../phone/console-providers.ts';
import { callSenderFault, fromFaults, phoneSender, whenPhoneSenderUnset } from '../phone/senders.ts';
import { configuredTwilio, type TwilioConfig, twilioConfig } from '../phone/twilio/config.ts';
import { type OutgoingCall, outgoingCall } from './message.ts';
import { type CallContent, callTemplate } from './template.ts';

export const call = {
  template: callTemplate,
  address: phoneAddress,
  sender: {
    setting: Type.Object(
      { from: Type.String({ maxLength: 40, description: 'a number such as +14155550100' }) },
      { additionalProperties: false },
    ),
    faults: ({ from }) => fromFaults(callSenderFault(from)),
    of: (context, own) => phoneSender('call', context, own, 'set senders.call.from or TWILIO_NUMBER'),
    whenUnset: whenPhoneSenderUnset,
  },
  providers: {
    config: twilioConfig,
    create: (config: TwilioConfig, publicUrl) => {
      const twilio = configuredTwilio(config, publicUrl);
      return twilio === undefined ? [] : [twilio.call];
    },
    console: () => createPhoneConsole().call,
    setUp: 'set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or, to try things out, CONSOLE_CHANNELS=call',
  },
  outgoing: outgoingCall,
  canUnsubscribe: true,
} satisfies ChannelDefinition<'call', OutgoingCall, CallContent>;
