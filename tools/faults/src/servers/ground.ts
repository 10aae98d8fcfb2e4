import { setTimeout as pause } from 'node:timers/promises';
import type { Broker } from '@herald/broker';
import { nodeUrls, openRabbitBroker } from '@herald/broker/rabbitmq';
import { systemClock } from '@herald/clock';
import { topology } from '@herald/contracts';
import { type Gateway, type MongoServer, openGateway, startMongo } from '@herald/mongodb-server';
import { type Rabbit, startTestRabbit } from '@herald/rabbitmq-server';
import { soleServer, withDatabase, withServer } from '@herald/store/mongodb';
import { connect } from 'amqplib';
import { type Gate, openGate } from './gate.ts';

/** The servers that all faults of a run share. */
export interface Ground {
  readonly rabbit: Rabbit;
  readonly mongo: MongoServer;
  readonly broker: Broker;
  /** In front of the database, where it is one server with an address of its own. */
  readonly gate: Gate | undefined;
  /** Between the gate and the database: it answers greetings by itself. */
  readonly gateway: Gateway | undefined;
  /** Where a database of this name is: straight, and by way of the gate. */
  databaseUri(name: string): { readonly straight: string; readonly proxied: string };
  /** Throws away everything that the broker holds: what a bad run left must not get into the next. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Finds or starts both servers, the newest RabbitMQ unless another is given; `unavailable` says why there are
 * none.
 */
export async function openGround(
  start: () => Promise<Rabbit | { readonly unavailable: string }> = startTestRabbit,
): Promise<Ground | { readonly unavailable: string }> {
  const [mongo, rabbit] = await Promise.all([startMongo(), start()]);
  if ('unavailable' in mongo || 'unavailable' in rabbit) {
    const why: string[] = [];
    for (const server of [mongo, rabbit]) {
      if ('unavailable' in server) why.push(server.unavailable);
      else await server.stop();
    }
    return { unavailable: why.join('; ') };
  }
  const broker = await openRabbitBroker({ url: rabbit.url, topology, clock: systemClock });
  const target = soleServer(mongo.uri);
  const gateway = target && (await openGateway(target));
  const gate = gateway && (await openGate({ host: '127.0.0.1', port: gateway.port }));
  return {
    rabbit,
    mongo,
    broker,
    gate,
    gateway,
    databaseUri(name) {
      const straight = withDatabase(mongo.uri, name);
      if (gate === undefined) return { straight, proxied: straight };
      return { straight, proxied: withServer(straight, { host: '127.0.0.1', port: gate.port }) };
    },
    async clear() {
      if (rabbit.node === undefined) return purgeQueues(rabbit.url);
      for (const step of ['stop_app', 'reset', 'start_app']) await rabbit.node.ctl([step]);
      await answers(broker);
    },
    async stop() {
      await broker.close();
      await gate?.stop();
      await gateway?.close();
      await Promise.all([mongo.stop(), rabbit.stop()]);
    },
  };
}

/** On a server that is not ours: the queues alone, and not what waits in its delays. */
async function purgeQueues(url: string): Promise<void> {
  const connection = await connect(nodeUrls(url)[0] ?? url);
  try {
    const channel = await connection.createChannel();
    for (const { name } of topology.queues) await channel.purgeQueue(name);
  } finally {
    await connection.close();
  }
}

const PATIENCE = 60_000;

/** Until the connection is back, and everything declared again. */
async function answers(broker: Broker): Promise<void> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await broker.ping();
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(250);
    }
  }
}
