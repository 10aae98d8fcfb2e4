/** All channels there are. */
export const CHANNELS = ['email', 'sms', 'call', 'webhook'] as const;

export type Channel = (typeof CHANNELS)[number];

/**
 * Messages of one run leave one after another in each line: those to the person, whatever the channel, and
 * webhooks.
 */
export type MessageLine = 'person' | 'webhook';

/** A receiver of webhooks that is down for days holds up other webhooks, and no message to the person. */
export const lineOf = (channel: Channel): MessageLine => (channel === 'webhook' ? 'webhook' : 'person');

const NAMES: Readonly<Record<Channel, string>> = {
  email: 'e-mail',
  sms: 'text message',
  call: 'call',
  webhook: 'webhook',
};

/** What people call a message of a channel. */
export const channelName = (channel: Channel): string => NAMES[channel];
