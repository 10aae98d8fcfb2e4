import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { migrateStore, SERVICES, startFour, writeCredentials } from '@herald/harness';
import { startMongo } from '@herald/mongodb-server';
import { startRabbit } from '@herald/rabbitmq-server';
import { folder, removeState, writeState } from './state.ts';

/** Finds or starts the broker and the database, starts the four services, and keeps them until it is told to end. */
await mkdir(folder, { recursive: true, mode: 0o700 });
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
});

const [mongo, rabbit] = await Promise.all([startMongo(), startRabbit()]);
try {
  if ('unavailable' in mongo) throw new Error(`There is no MongoDB: ${mongo.unavailable}`);
  if ('unavailable' in rabbit) throw new Error(`There is no RabbitMQ: ${rabbit.unavailable}`);
  const { apiKey, env } = await writeCredentials(folder);
  const uri = new URL(mongo.uri);
  if (uri.pathname === '' || uri.pathname === '/') uri.pathname = '/herald';
  const stores = { MONGODB_URI: String(uri), AMQP_URL: rabbit.url };
  await migrateStore(stores);
  const { SMTP_URL, SENDER = 'Herald <herald@localhost.example>' } = process.env;
  const smtp: Record<string, string> = SMTP_URL === undefined ? {} : { SMTP_URL };
  const common = { ...env, ...stores, ...smtp, SENDER };
  const four = await startFour(common, join(folder, 'log.jsonl'));
  await writeState({
    pid: process.pid,
    apiKey,
    broker: withoutPassword(rabbit.url),
    database: `${withoutPassword(String(uri))} (${mongo.kind})`,
    services: SERVICES.map((name, index) => ({
      name,
      api: four.base(name),
      admin: four.admins[index] ?? '',
    })),
  });
  await stopped;
  await four.stop();
} finally {
  await removeState();
  for (const server of [mongo, rabbit]) if ('stop' in server) await server.stop();
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  url.password = '';
  url.username = '';
  return String(url);
}
