import type { Channel } from 'amqplib';
import type { QueueSpec, Topology } from '../topology.ts';
import { spread } from './channels.ts';
import type { Names } from './names.ts';
import { quorum } from './quorum.ts';

/** How many messages for queues that are gone are kept until they are counted. */
const CAUGHT = 10_000;

/**
 * Declares the topology without the delays. Rejects (406) if something is there with other properties;
 * otherwise declaring again changes nothing.
 */
export async function declareTopology(
  channels: readonly Channel[],
  names: Names,
  { exchanges, queues }: Topology,
): Promise<void> {
  const real = exchanges.filter(({ type }) => type !== 'delay');
  await spread(channels, real, (channel, { name, type }) => channel.assertExchange(names.own(name), type));
  const bound = new Set(real.map(({ name }) => name));
  const [first] = channels;
  if (first !== undefined) await declareUnroutable(first, names);
  await spread(channels, queues, (channel, queue) => declareQueue(channel, names, queue, bound));
}

async function declareUnroutable(channel: Channel, { unroutable }: Names): Promise<void> {
  await channel.assertExchange(unroutable, 'fanout');
  await channel.assertQueue(unroutable, quorum({ 'x-max-length': CAUGHT, 'x-overflow': 'drop-head' }));
  await channel.bindQueue(unroutable, unroutable, '');
}

async function declareQueue(
  channel: Channel,
  names: Names,
  { name, bindings }: QueueSpec,
  exchanges: ReadonlySet<string>,
): Promise<void> {
  await channel.assertQueue(names.dead(name), quorum());
  // What RabbitMQ itself gives up becomes a dead letter too.
  const args = {
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': names.dead(name),
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  };
  await channel.assertQueue(names.own(name), quorum(args));
  await channel.assertQueue(names.suspects(name), quorum(args));
  for (const { exchange, key } of bindings) {
    if (exchanges.has(exchange)) await channel.bindQueue(names.own(name), names.own(exchange), key);
  }
}
