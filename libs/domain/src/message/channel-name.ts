import type { Channel } from './message.ts';

const NAMES: Readonly<Record<Channel, string>> = {
  email: 'e-mail',
  sms: 'text message',
  call: 'call',
  webhook: 'webhook',
};

/** What people call a message of a channel. */
export const channelName = (channel: Channel): string => NAMES[channel];
