import { span, webhookUrlFault } from '@herald/domain';
import type { ChannelDefinition } from '../channel.ts';
import { type OutgoingWebhook, outgoingWebhook } from './message.ts';
import { webhookProviders } from './providers.ts';
import { webhookSender } from './sender.ts';
import { type WebhookContent, webhookTemplate } from './template.ts';

/** The rests between attempts that Standard Webhooks recommends. They make 76 hours. */
const RESTS = [
  5 * span.SECOND,
  5 * span.MINUTE,
  30 * span.MINUTE,
  2 * span.HOUR,
  5 * span.HOUR,
  10 * span.HOUR,
  14 * span.HOUR,
  20 * span.HOUR,
  24 * span.HOUR,
];

export const webhook = {
  template: webhookTemplate,
  sender: webhookSender,
  providers: webhookProviders,
  address: {
    find: (_traits, url) => url,
    parse: (value) => (typeof value === 'string' && webhookUrlFault(value) === undefined ? value : undefined),
    description: 'a URL such as https://crm.example/hook',
    // The server alone: its path or query can be a receiver's key.
    shown: (url) => new URL(url).origin,
  },
  outgoing: outgoingWebhook,
  canUnsubscribe: false,
  retry: {
    rests: RESTS,
    // Each rest is spread by up to a quarter.
    maxAge: 5 * span.DAY,
    // Its id shows the receiver that it is the same one.
    resendUnknownAfter: 5 * span.SECOND,
  },
  isPerReceiver: true,
} satisfies ChannelDefinition<'webhook', OutgoingWebhook, WebhookContent>;
