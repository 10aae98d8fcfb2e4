import { type Channel, connect } from 'amqplib';
import type { Delays } from './delays.ts';
import type { Names } from './names.ts';
import { within } from './within.ts';

const TYPE = 'x-delayed-message';
/** COMMAND_INVALID: an exchange type that this broker does not know. */
const UNKNOWN_TYPE = 503;
/** ms. From 49.7 days on the plugin delivers at once. */
const LONGEST = 2 ** 31 - 1;
const ANSWER = 10_000;

/**
 * Whether this broker has the delayed-message plugin. On a connection of its own, for the answer no is the end of the connection.
 * Rejects when the broker cannot be asked.
 */
export async function hasPlugin(url: string, names: Names): Promise<boolean> {
  const model = await within(ANSWER, connect(url, { timeout: ANSWER }), 'RabbitMQ did not answer');
  const closed = new Promise<unknown>((resolve) => model.on('close', resolve));
  model.on('error', () => {});
  try {
    const channel = await model.createChannel();
    channel.on('error', () => {});
    const name = names.own('delay.probe');
    await channel.assertExchange(name, TYPE, { autoDelete: true, arguments: { 'x-delayed-type': 'direct' } });
    await channel.deleteExchange(name);
    await model.close();
    return true;
  } catch (error) {
    // The channel only says that it ended; the connection says why.
    const why = await within(ANSWER, closed, 'RabbitMQ did not answer');
    if (why instanceof Error && 'code' in why && why.code === UNKNOWN_TYPE) return false;
    throw error;
  }
}

/**
 * Delays by the plugin: an exchange for each queue, so that one can be purged alone. AMQP does not tell how many messages such an
 * exchange holds, so they are not counted.
 */
export function createPluginDelays(names: Names, targets: readonly string[]): Delays {
  const exchange = (queue: string): string => names.own(`delay.${queue}`);

  const declareOne = async (channel: Channel, queue: string): Promise<void> => {
    // A topic type inside it routes to nothing under Khepri.
    await channel.assertExchange(exchange(queue), TYPE, { arguments: { 'x-delayed-type': 'direct' } });
    await channel.bindQueue(names.own(queue), exchange(queue), names.own(queue));
  };

  return {
    strategy: 'plugin',
    range: LONGEST,
    address: (queue, ms) => ({
      exchange: exchange(queue),
      routingKey: names.own(queue),
      headers: { 'x-delay': Math.ceil(ms) },
      // It routes later, and would return everything.
      mandatory: false,
    }),
    async declare([channel]) {
      if (channel === undefined) return;
      for (const queue of targets) await declareOne(channel, queue);
    },
    count: async () => 0,
    async purge(channel, queue) {
      await channel.deleteExchange(exchange(queue));
      await declareOne(channel, queue);
      return 0;
    },
  };
}
