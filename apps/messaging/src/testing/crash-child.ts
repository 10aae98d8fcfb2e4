import { systemClock } from '@herald/clock';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { createAllowedAddresses } from '@herald/outbound';
import { createSendGridProvider } from '../channels/email/sendgrid/sendgrid-provider.ts';
import { createSmtpProvider } from '../channels/email/smtp/smtp-provider.ts';
import { createWebhookProvider } from '../channels/webhook/webhook-provider.ts';
import type { Providers } from '../providers/provider.ts';
import { createMessaging } from '../service.ts';
import { openBroker, openStore } from './open.ts';

/**
 * A messaging process to be killed: `node crash-child.ts <data directory> <URL> [provider [lease in ms]]`. It
 * sends what it finds waiting: by `smtp` (the default) or `sendgrid` at the URL, or as a `webhook`, which has
 * its own URL.
 */
const [dir = '', url = '', name = 'smtp', lease = '2500'] = process.argv.slice(2);
const timeout = 1_000;
const allowed = createAllowedAddresses(['127.0.0.1/32']);
const providers: Readonly<Record<string, Providers>> = {
  smtp: { email: [createSmtpProvider({ url, timeout })] },
  sendgrid: { email: [createSendGridProvider({ apiKey: 'SG.key', url, timeout: timeout / 2 })] },
  webhook: { webhook: [createWebhookProvider({ allowed, timeout: timeout / 2 })] },
};
const store = await openStore(dir);
const broker = await openBroker(dir, systemClock);
const service = createMessaging({
  store,
  broker,
  clock: systemClock,
  log: createLog({ service: 'child', level: 'error' }),
  metrics: createMetrics({ version: 'test' }),
  providers: providers[name] ?? {},
  secrets: { read: () => Buffer.from('a secret of twenty-four b').toString('base64') },
  lease: Number(lease),
  linkSecret: 'secret',
  publicUrl: 'https://herald.example',
  sender: 'news@acme.example',
  horizon: 900_000,
});
await service.start();
