import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { openRabbitBroker } from '@herald/broker/rabbitmq';
import { campaignRunnerConfig, configuredCampaignRunner } from '@herald/campaign-runner';
import { systemClock } from '@herald/clock';
import { Choice, commonConfig, createSecrets, loadConfig } from '@herald/config';
import { collections, topology } from '@herald/contracts';
import { createEventHandler } from '@herald/event-handler';
import { createHttp, loadApiKeys } from '@herald/http';
import { createIngest } from '@herald/ingest';
import { createLog } from '@herald/log';
import { createMessaging, type Provider } from '@herald/messaging';
import { createMetrics } from '@herald/metrics';
import { runMain, runProcess } from '@herald/process';
import { openSqliteStore } from '@herald/store/sqlite';
import { Type } from 'typebox';

/**
 * The four services in one process, like all-in-one, with two differences: the provider answers "sent" at
 * once and does nothing else; with AMQP_URL the broker is RabbitMQ, and the store stays embedded. So a figure
 * is about Herald, not about a mail server or a database.
 */
const schema = Type.Object({
  ...commonConfig,
  ...campaignRunnerConfig,
  DATA_DIR: Type.String(),
  API_KEYS_FILE: Type.String(),
  SECRETS_DIR: Type.String(),
  AMQP_URL: Type.Optional(Type.String()),
  DELAY_STRATEGY: Choice(['plugin', 'levels'], { default: 'levels' }),
  /** The file for the number of calls of the provider, and of different messages, written at the end. */
  CALLS_FILE: Type.Optional(Type.String()),
});

runMain(async () => {
  const config = loadConfig(schema, process.env);
  const log = createLog({ service: 'bench', level: config.LOG_LEVEL });
  const metrics = createMetrics({ version: '0' });
  const clock = systemClock;
  const store = openSqliteStore({
    file: join(config.DATA_DIR, 'store.db'),
    collections: Object.values(collections),
  });
  await store.migrate();
  const shared = { topology, clock, observer: metrics.observer(log) };
  const broker =
    config.AMQP_URL === undefined
      ? await openEmbeddedBroker({ ...shared, file: join(config.DATA_DIR, 'broker.db') })
      : await openRabbitBroker({
          ...shared,
          url: config.AMQP_URL,
          delayStrategy: config.DELAY_STRATEGY,
        });
  const http = await createHttp({
    log,
    metrics,
    title: 'bench',
    description: '',
    version: '0',
    apiKeys: loadApiKeys(config.API_KEYS_FILE, { log }),
  });
  const secrets = createSecrets(config.SECRETS_DIR);
  const installation = { secrets, linkSecret: 'a secret of the bench', publicUrl: 'http://127.0.0.1' };

  const called = new Set<string>();
  let calls = 0;
  const email: Provider = {
    channel: 'email',
    name: 'null',
    timeout: 1_000,
    connections: 1_000,
    async send({ messageId }) {
      calls += 1;
      called.add(messageId);
      return { kind: 'sent', providerId: messageId };
    },
    async close() {
      const counts = { mails: calls, distinct: called.size };
      if (config.CALLS_FILE !== undefined) writeFileSync(config.CALLS_FILE, JSON.stringify(counts));
    },
  };
  const deps = { store, broker, clock, log, metrics };
  const services = [
    createEventHandler(deps),
    configuredCampaignRunner(deps, config),
    createMessaging({
      ...deps,
      ...installation,
      providers: { email: [email] },
      horizon: config.DELAY_HORIZON,
      sender: 'herald@example.com',
    }),
    createIngest({ ...deps, ...installation }),
  ];
  await runProcess({ ...deps, services, http, config });
});
