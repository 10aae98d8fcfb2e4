import { createLog, createMetrics, systemClock } from '@herald/service';
import { createMessaging, createSmtpProvider } from '../service.ts';
import { openBroker, openStore } from './open.ts';

/** A messaging process to be killed: `node crash-child.ts <data directory> <SMTP URL>`. It sends what it finds waiting. */
const [dir = '', url = ''] = process.argv.slice(2);
const store = await openStore(dir);
const broker = await openBroker(dir, systemClock);
const service = createMessaging({
  store,
  broker,
  clock: systemClock,
  log: createLog({ service: 'child', level: 'error' }),
  metrics: createMetrics({ version: 'test' }),
  providers: { email: createSmtpProvider({ url, timeout: 1_000 }) },
  linkSecret: 'secret',
  publicUrl: 'https://herald.example',
  sender: 'news@acme.example',
  horizon: 900_000,
  lease: 1_500,
});
await service.start();
