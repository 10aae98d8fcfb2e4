import type { ChannelModel } from 'amqplib';
import { closeChannel } from './channels.ts';
import type { Names } from './names.ts';

/** RESOURCE_LOCKED: the queue belongs to another connection. */
const LOCKED = 405;

/**
 * Declares the exclusive queue that stands for consuming alone. It lives as long as the connection, so no
 * consumer starts while another process has it. Rejects with what to do while one has.
 */
export async function stayAlone(model: ChannelModel, { alone }: Names): Promise<void> {
  const channel = await model.createChannel();
  // The call under way rejects with the same error.
  channel.on('error', () => {});
  try {
    await channel.assertQueue(alone, { exclusive: true, autoDelete: false, durable: false });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === LOCKED)) throw cause;
    throw new Error(
      'Another process consumes from this virtual host, and has a store of its own. Stop it, or give each ' +
        'its own virtual host; several processes need a store that they share',
      { cause },
    );
  }
  await closeChannel(channel);
}
