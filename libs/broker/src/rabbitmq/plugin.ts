import type { Channel } from 'amqplib';
import type { Delays } from './delays.ts';
import { hangUp, LastingFault } from './dial.ts';
import type { Names } from './names.ts';
import type { Nodes } from './nodes.ts';
import { within } from './within.ts';

const TYPE = 'x-delayed-message';
/**
 * RabbitMQ's answers to an unknown exchange type: COMMAND_INVALID, which ends the connection (3.x), or
 * PRECONDITION_FAILED, which ends the channel (4.x). Their texts differ by release.
 */
const UNKNOWN_TYPE = [503, 406];
/** ms. From 49.7 days on the plugin delivers at once. */
const LONGEST = 2 ** 31 - 1;
const ANSWER = 10_000;

export const noPlugin = (): LastingFault =>
  new LastingFault(
    'This broker has no delayed-message plugin: set DELAY_STRATEGY to auto or levels, which works on ' +
      'any RabbitMQ, or enable ' +
      'rabbitmq_delayed_message_exchange on the broker (up to RabbitMQ 4.2; later ones cannot run it)',
  );

/**
 * Whether this broker has the delayed-message plugin. Asks on a connection of its own, since a negative
 * answer may end it. Rejects if the broker does not answer within `patience` ms.
 */
export async function hasPlugin(nodes: Nodes, names: Names, patience?: number): Promise<boolean> {
  const model = await nodes.connect('herald (looks for the plugin)', patience);
  // The connection or channel that the broker ends has the reason; the call under way only rejects.
  const ended = new Promise<never>((_, reject) => {
    model.on('error', reject);
    model.on('close', (error) => reject(error ?? new Error('RabbitMQ closed the connection')));
  });
  ended.catch(() => {});
  const ask = async (): Promise<void> => {
    const channel = await model.createChannel();
    channel.on('error', () => {});
    const name = names.own('delay.probe');
    await channel.assertExchange(name, TYPE, { autoDelete: true, arguments: { 'x-delayed-type': 'direct' } });
    await channel.deleteExchange(name);
  };
  // The call and its connection end in either order: only a reason with a code is an answer.
  const asked = ask().catch((error) => (codeOf(error) === undefined ? ended : Promise.reject(error)));
  try {
    await within(patience ?? ANSWER, Promise.race([asked, ended]), 'RabbitMQ did not answer');
    return true;
  } catch (error) {
    if (UNKNOWN_TYPE.includes(codeOf(error) ?? 0)) return false;
    throw error;
  } finally {
    await hangUp(model);
  }
}

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

/**
 * Delays by the plugin, with an exchange for each queue. AMQP does not show how many messages such an
 * exchange holds, so they are not counted.
 */
export function createPluginDelays(names: Names, targets: readonly string[]): Delays {
  const exchange = (queue: string): string => names.own(`delay.${queue}`);

  const declareOne = async (channel: Channel, queue: string): Promise<void> => {
    // With Khepri an inner topic type routes to nothing.
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
      // It routes later, and would return every message.
      mandatory: false,
    }),
    async declare([channel]) {
      if (channel === undefined) return;
      for (const queue of targets) await declareOne(channel, queue);
    },
    count: async () => 0,
    // It keeps them even when their exchange is deleted, and delivers them once there is one of that name.
    purge: () => Promise.reject(new Error('What the delayed-message plugin delays cannot be purged')),
  };
}
