import { loadConfig } from '@herald/config';
import { topology } from '@herald/contracts';
import { createHttp, loadApiKeys } from '@herald/http';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { createAdmin, runMain, runProcess } from '@herald/process';
import packageJson from '../package.json' with { type: 'json' };
import { localUrl, portFor } from './address.ts';
import { allInOneConfig } from './config.ts';
import { apiKeysFile, secretsOf } from './first-start.ts';
import { openFoundation } from './foundation.ts';
import { createServices } from './services.ts';

const exchanges = topology.exchanges.map(({ name }) => name);

runMain(async () => {
  // The data is personal: only the owner of the process may read the files it makes.
  process.umask(0o077);
  const config = loadConfig(allInOneConfig, process.env);
  const { version } = packageJson;
  const port = await portFor(config.HOST, config.PORT);
  const publicUrl = config.PUBLIC_URL ?? localUrl(config.HOST, port);
  const log = createLog({ service: 'all-in-one', level: config.LOG_LEVEL });
  const metrics = createMetrics({ version, service: 'all-in-one' });
  const admin = createAdmin({ metrics, log });
  // Configured secrets are checked before anything is waited for; others are made in a directory that nobody
  // else has open.
  const configured = config.SECRETS_DIR === undefined ? undefined : secretsOf(config);
  const foundation = await openFoundation(config, {
    observer: metrics.observer(log, exchanges),
    log,
    admin,
  });

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

  const deps = { ...foundation, log, metrics };
  const services = createServices({ ...deps, ...(configured ?? secretsOf(config)), config, publicUrl });
  await runProcess({ ...deps, services, http, config: { ...config, PORT: port }, admin });
});
