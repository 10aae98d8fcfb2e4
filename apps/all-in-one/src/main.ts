import { join } from 'node:path';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { loadConfig } from '@herald/config';
import { collections, topology } from '@herald/contracts';
import { exactInstant } from '@herald/domain';
import { createHttp, loadApiKeys } from '@herald/http';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { runMain, runProcess } from '@herald/process';
import { openSqliteStore } from '@herald/store/sqlite';
import packageJson from '../package.json' with { type: 'json' };
import { localUrl, portFor } from './address.ts';
import { createClock } from './clock.ts';
import { allInOneConfig } from './config.ts';
import { apiKeysFile, secretsOf } from './first-start.ts';
import { createServices } from './services.ts';

runMain(async () => {
  // The data is personal: only the owner of the process may read the files it makes.
  process.umask(0o077);
  const config = loadConfig(allInOneConfig, process.env);
  const { version } = packageJson;
  const inData = (name: string): string => join(config.DATA_DIR, name);
  const port = await portFor(config.HOST, config.PORT);
  const publicUrl = config.PUBLIC_URL ?? localUrl(config.HOST, port);
  const log = createLog({ service: 'all-in-one', level: config.LOG_LEVEL });
  const metrics = createMetrics({ version, service: 'all-in-one' });

  // The store comes first: it admits no second process to the directory.
  const store = openSqliteStore({ file: inData('store.db'), collections: Object.values(collections) });
  await store.migrate();
  const clock = createClock({
    rate: config.CLOCK_RATE,
    start: config.CLOCK_START === undefined ? undefined : exactInstant(config.CLOCK_START),
    file: inData('clock.json'),
  });
  const observer = metrics.observer(
    log,
    topology.exchanges.map(({ name }) => name),
  );
  const broker = await openEmbeddedBroker({ file: inData('broker.db'), topology, clock, observer });

  const keysFile = apiKeysFile(config, (key) =>
    process.stdout.write(
      `First start: your API key for the workspace "demo" is ${key} (shown only this once)\n`,
    ),
  );
  const http = await createHttp({
    log,
    metrics,
    apiKeys: loadApiKeys(keysFile, { log }),
    title: 'Herald',
    description: 'Lifecycle and marketing campaigns: from webhook to sent message.',
    version,
  });

  const deps = { store, broker, clock, log, metrics };
  const services = createServices({ ...deps, ...secretsOf(config), config, publicUrl });
  await runProcess({ ...deps, services, http, config: { ...config, PORT: port } });
});
