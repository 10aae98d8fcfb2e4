import { phoneNumber } from '@herald/addresses';
import { withoutAddress } from '../../providers/reason.ts';
import type { OutgoingCall } from '../call/message.ts';
import type { ChannelAddress } from '../channel.ts';
import type { OutgoingSms } from '../sms/message.ts';

/** Texts and calls go to the person's phone. */
export const phoneAddress: ChannelAddress<OutgoingSms | OutgoingCall> = {
  find: ({ phone }) => phone,
  parse: (value, country) => phoneNumber(value, country),
  description: 'a phone number such as +14155550100',
  hideIn: (reason, { to }) => withoutAddress(reason, to, '(number)'),
};
