import { systemClock } from '@herald/clock';
import { ConfigError, createSecrets, loadConfig, type Secrets } from '@herald/config';
import { topology } from '@herald/contracts';
import { createHttp, loadApiKeys } from '@herald/http';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { createAdmin, runMain, runProcess, type Service, type ServiceDeps } from '@herald/process';
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { runtimeConfig } from './config.ts';
import { mongoStore, rabbitBroker } from './dependencies.ts';
import { openDependencies } from './open-dependencies.ts';
import { unlessSignalled } from './unless-signalled.ts';

/** What an installation gives its services, beside what every service has. */
interface Installation extends ServiceDeps {
  readonly secrets: Secrets;
  /** Signs the links in messages; the same in every process. */
  readonly linkSecret: string;
  /** Public address of ingest. */
  readonly publicUrl: string;
}

export interface App<P extends TProperties> {
  readonly name: string;
  readonly version: string;
  /** What the app adds to the configuration. */
  readonly settings: P;
  readonly create: (installation: Installation, config: Readonly<Static<TObject<P>>>) => Service;
}

const exchanges = topology.exchanges.map((exchange) => exchange.name);

/** The installation's secret that signs the links in messages. */
const LINK_SECRET = 'link-secret';

/** Runs one service as this process, from its environment, until it gets a signal to stop. */
export function runApp<P extends TProperties>({ name, version, settings, create }: App<P>): void {
  runMain(async () => {
    const schema = Type.Object({ ...runtimeConfig, ...settings });
    const config = loadConfig(schema, process.env) as Readonly<
      Static<TObject<typeof runtimeConfig>> & Static<TObject<P>>
    >;
    const secrets = createSecrets(config.SECRETS_DIR);
    const linkSecret = secrets.installation(LINK_SECRET);
    if (linkSecret === undefined) {
      throw new ConfigError([`SECRETS_DIR has no file ${LINK_SECRET}; expected 32 random bytes as text`]);
    }
    const log = createLog({ service: name, level: config.LOG_LEVEL });
    const metrics = createMetrics({ version, service: name });
    const clock = systemClock;
    const dependencies = {
      store: mongoStore(config),
      broker: rabbitBroker(config, { clock, observer: metrics.observer(log, exchanges) }),
    };
    const admin = createAdmin({ metrics, log });
    await admin.listen(config.HOST, config.ADMIN_PORT);
    const { store, broker } = await unlessSignalled(() => openDependencies(dependencies, { admin, log }));
    const http = await createHttp({
      log,
      metrics,
      apiKeys: loadApiKeys(config.API_KEYS_FILE, { log }),
      title: `Herald ${name}`,
      description: 'Lifecycle and marketing campaigns: from webhook to sent message.',
      version,
    });
    const publicUrl = config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`;
    const deps = { store, broker, clock, log, metrics };
    const service = create({ ...deps, secrets, linkSecret, publicUrl }, config);
    await runProcess({ ...deps, services: [service], http, config, admin });
  });
}
