import { waitingOf } from '@herald/config';
import type { Service, ServiceDeps } from '@herald/process';
import type { Static, TObject } from 'typebox';
import { accountOptions } from './accounts/config.ts';
import { createProviders } from './channels/configured-providers.ts';
import { listed } from './channels/listed.ts';
import { attachmentLimits, leaseFor, type messagingConfig, unknownPolicy } from './config.ts';
import type { MessagingDeps } from './deps.ts';
import { createMessaging } from './service.ts';

/** The service as the configuration of its process says. */
export const configuredMessaging = (
  deps: ServiceDeps & Pick<MessagingDeps, 'linkSecret' | 'publicUrl' | 'secrets'>,
  config: Readonly<Static<TObject<typeof messagingConfig>>>,
): Service =>
  createMessaging({
    ...deps,
    ...waitingOf(deps.clock, config),
    providers: createProviders(config, deps.publicUrl),
    accounts: accountOptions(config, deps.publicUrl),
    lease: leaseFor(config),
    unknown: unknownPolicy(config),
    rendering: { timeLimit: config.TEMPLATE_TIMEOUT },
    sender: config.SENDER,
    attachments: attachmentLimits(config),
    dkimKeys: config.DKIM_KEYS,
    bounceAddress: config.BOUNCE_ADDRESS,
    dnsServers: listed(config.DNS_SERVERS),
  });
