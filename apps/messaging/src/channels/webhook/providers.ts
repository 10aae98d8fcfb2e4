import { Duration } from '@herald/config';
import { type Static, type TObject, Type } from 'typebox';
import { allowedAddresses } from '../allowed-addresses.ts';
import type { ChannelProviders } from '../channel.ts';
import type { OutgoingWebhook } from './message.ts';
import { createWebhookProvider } from './webhook-provider.ts';

const config = {
  WEBHOOK_ALLOW: Type.Optional(
    Type.String({
      maxLength: 2_000,
      description:
        'Networks that are not public and that webhooks may still call: `10.1.0.0/16,fd00::/8`. http is ' +
        'allowed only there.',
    }),
  ),
  WEBHOOK_TIMEOUT: Duration({
    default: 20_000,
    minimum: 1_000,
    maximum: 60_000,
    description: 'Time limit for the receiver of a webhook.',
  }),
};
type Config = Readonly<Static<TObject<typeof config>>>;

export const webhookProviders = {
  config,
  create: (config: Config) => [
    createWebhookProvider({
      allowed: allowedAddresses('WEBHOOK_ALLOW', config.WEBHOOK_ALLOW),
      timeout: config.WEBHOOK_TIMEOUT,
    }),
  ],
  setUp: 'leave providers.webhook out of the settings of the workspace',
} satisfies ChannelProviders<OutgoingWebhook>;
