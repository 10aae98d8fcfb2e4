/**
 * The consumers of all services in one process on the embedded store and broker. Publishes the largest bodies
 * to each queue, waits until they are handled, and prints as JSON what held the event loop longer than the
 * bound.
 */
import { join } from 'node:path';
import { allInOneConfig } from '@herald/all-in-one/config';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { configuredCampaignRunner } from '@herald/campaign-runner';
import { systemClock } from '@herald/clock';
import { createSecrets, loadConfig } from '@herald/config';
import { collections, exchange, topology } from '@herald/contracts';
import { createEventHandler } from '@herald/event-handler';
import { createHttp, loadApiKeys } from '@herald/http';
import { createLog } from '@herald/log';
import { configuredMessaging } from '@herald/messaging';
import { createMetrics } from '@herald/metrics';
import { openSqliteStore } from '@herald/store/sqlite';
import { BOUND, held } from './loop.ts';
import { bodiesFor, CAMPAIGN } from './messages.ts';

const config = loadConfig(allInOneConfig, process.env);
const socket = process.env.LOOP_SOCKET ?? '';
const log = createLog({ service: 'unblocked', level: 'fatal' });
const metrics = createMetrics({ version: '0', service: 'all-in-one' });
const store = openSqliteStore({
  file: join(config.DATA_DIR, 'store.db'),
  collections: Object.values(collections),
});
await store.migrate();
const clock = systemClock;
const observer = metrics.observer(
  log,
  topology.exchanges.map(({ name }) => name),
);
const broker = await openEmbeddedBroker({
  file: join(config.DATA_DIR, 'broker.db'),
  topology,
  clock,
  observer,
});
const deps = { store, broker, clock, log, metrics };
const secrets = createSecrets(config.SECRETS_DIR ?? config.DATA_DIR);
const linkSecret = 'x'.repeat(43);
const publicUrl = 'http://localhost';
const services = [
  createEventHandler(deps),
  configuredCampaignRunner(deps, config),
  configuredMessaging({ ...deps, secrets, linkSecret, publicUrl }, config),
];
const http = await createHttp({
  log,
  metrics,
  apiKeys: loadApiKeys(config.API_KEYS_FILE ?? '', { log }),
  title: 'x',
  description: 'x',
  version: '0',
});
for (const service of services) await service.routes(http);
for (const service of services) await service.start();
const authorization = `Bearer ${process.env.API_KEY}`;
for (const [method, url, payload] of [
  ['PUT', '/v1/campaigns/worst', CAMPAIGN],
  ['POST', '/v1/campaigns/worst/launch', undefined],
] as const) {
  const answer = await http.inject({
    method,
    url,
    headers: { authorization, ...(payload && { 'content-type': 'application/yaml' }) },
    ...(payload === undefined ? {} : { payload }),
  });
  if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.body}`);
}

const settled = async (): Promise<void> => {
  for (;;) {
    const depths = await Promise.all(topology.queues.map(({ name }) => broker.depth(name)));
    if (depths.every(({ ready, inFlight }) => ready + inFlight === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

const found: string[] = [];
let tried = 0;
for (const { name: queue } of topology.queues) {
  for (const [name, make] of bodiesFor(queue)) {
    const ms = await held(socket, async () => {
      tried += 1;
      const body = make(tried);
      await broker.publish([
        { exchange: exchange.delay, key: queue, id: `unblocked-${tried}`, body, delay: 0 },
      ]);
      await settled();
    });
    if (ms > BOUND) found.push(`${queue}, ${name}: ${ms} ms`);
  }
}
process.stdout.write(`${JSON.stringify({ tried, found })}\n`, () => process.exit(0));
