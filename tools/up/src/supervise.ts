import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  freePort,
  migrateStore,
  SERVICES,
  startFour,
  writeCredentials,
  writeShellFile,
} from '@herald/harness';
import { startMongo } from '@herald/mongodb-server';
import { startRabbit } from '@herald/rabbitmq-server';
import { databaseIn, withDatabase, withoutCredentials } from '@herald/store/mongodb';
import { startGateway } from './gateway.ts';
import { folder, logFile, supervisor } from './state.ts';

/**
 * Finds or starts the broker and the database, starts the four services, and keeps all running until SIGTERM
 * or SIGINT.
 */
await mkdir(folder, { recursive: true, mode: 0o700 });
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
});

const [mongo, rabbit] = await Promise.all([startMongo(), startRabbit()]);
try {
  if ('unavailable' in mongo) throw new Error(`There is no MongoDB: ${mongo.unavailable}`);
  if ('unavailable' in rabbit) throw new Error(`There is no RabbitMQ: ${rabbit.unavailable}`);
  const { apiKey, env } = await writeCredentials(folder);
  const uri = databaseIn(mongo.uri) === undefined ? withDatabase(mongo.uri, 'herald') : mongo.uri;
  const stores = { MONGODB_URI: uri, AMQP_URL: rabbit.url };
  await migrateStore(stores);
  const port = await freePort(8080);
  const url = `http://127.0.0.1:${port}`;
  // The services read their settings from this environment. Missing ones get a value to try things with.
  const defaults = {
    SENDER: 'Herald <herald@example.com>',
    CONSOLE_CHANNELS: 'email,sms,call',
    PUBLIC_URL: url,
  };
  const common = { ...defaults, ...ownEnvironment(), ...env, ...stores };
  await rm(logFile, { force: true });
  const four = await startFour(common, logFile, { api: 8081, admin: 9091 });
  const stopGateway = await startGateway(four, port);
  await writeShellFile(join(folder, 'dev.env'), url, apiKey);
  await supervisor.write({
    apiKey,
    url,
    broker: withoutPassword(rabbit.url),
    database: `${withoutCredentials(uri)} (${mongo.kind})`,
    services: SERVICES.map((name, index) => ({
      name,
      api: four.base(name),
      admin: four.admins[index] ?? '',
    })),
  });
  await stopped;
  await stopGateway();
  await four.stop();
} finally {
  await supervisor.remove();
  for (const server of [mongo, rabbit]) if ('stop' in server) await server.stop();
}

function ownEnvironment(): Record<string, string> {
  const set = Object.entries(process.env).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Record<string, string>;
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  url.password = '';
  url.username = '';
  return String(url);
}
