import { startMongo } from '@herald/mongodb-server';
import { startRabbit } from '@herald/rabbitmq-server';
import { connect } from 'amqplib';
import { MongoClient } from 'mongodb';

/** RabbitMQ and a database, found or started for the benchmarks. */
export interface Servers {
  readonly env: Readonly<Record<string, string>>;
  /** Its name and version, or why there is none. */
  readonly rabbitmq: string;
  readonly database: string;
  stop(): Promise<void>;
}

export async function startServers(): Promise<Servers> {
  const [rabbit, mongo] = await Promise.all([startRabbit(), startMongo()]);
  const env: Record<string, string> = {};
  if ('url' in rabbit) env.BENCH_AMQP_URL = rabbit.url;
  if ('uri' in mongo) Object.assign(env, { BENCH_MONGODB_URI: mongo.uri, BENCH_MONGODB_KIND: mongo.kind });
  env.BENCH_MISSING = [rabbit, mongo]
    .flatMap((server) => ('unavailable' in server ? [server.unavailable] : []))
    .join('; ');
  return {
    env,
    rabbitmq: 'url' in rabbit ? await rabbitVersion(rabbit.url) : rabbit.unavailable,
    database: 'uri' in mongo ? `${mongo.kind} ${await mongoVersion(mongo.uri)}` : mongo.unavailable,
    async stop() {
      await Promise.all([rabbit, mongo].map((server) => ('stop' in server ? server.stop() : undefined)));
    },
  };
}

async function rabbitVersion(url: string): Promise<string> {
  const model = await connect(url);
  const { version } = model.connection.serverProperties as { version?: string };
  await model.close();
  return version ?? 'unknown';
}

async function mongoVersion(uri: string): Promise<string> {
  const client = new MongoClient(uri);
  const { version } = await client.db('admin').command({ buildInfo: 1 });
  await client.close();
  return `(says it is ${version})`;
}
