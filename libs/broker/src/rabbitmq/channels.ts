import type { Channel, ChannelModel, GetMessage } from 'amqplib';

/**
 * Closes a channel. Never rejects, and resolves too if the connection is lost meanwhile: amqplib's own
 * promise then stays open for ever.
 */
export const closeChannel = (channel: Channel): Promise<void> =>
  new Promise((resolve) => {
    channel.once('close', resolve);
    channel.close().catch(resolve);
  });

/**
 * Takes the first message of a queue; false if there is none. Rejects when the channel ends: amqplib's own
 * promise stays open for ever if only a part of the message has come by then.
 */
export async function getMessage(channel: Channel, queue: string): Promise<GetMessage | false> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  // Later than amqplib's own error, which has the reason.
  const end = (): void => void setImmediate(() => reject(new Error('The channel ended')));
  channel.once('close', end);
  try {
    return await Promise.race([channel.get(queue), ended]);
  } finally {
    channel.off('close', end);
  }
}

/** Runs `use` on new channels, which are closed afterwards. */
export async function onChannels<T>(
  model: ChannelModel,
  count: number,
  use: (channels: readonly Channel[]) => Promise<T>,
): Promise<T> {
  const channels = await Promise.all(Array.from({ length: count }, () => model.createChannel()));
  // The call under way rejects with the same error.
  for (const channel of channels) channel.on('error', () => {});
  const result = await use(channels);
  await Promise.all(channels.map(closeChannel));
  return result;
}

/** Runs `use` for each item, on several channels at once: a channel does one thing at a time. */
export async function spread<T>(
  channels: readonly Channel[],
  items: readonly T[],
  use: (channel: Channel, item: T) => Promise<unknown>,
): Promise<void> {
  const rest = [...items];
  await Promise.all(
    channels.map(async (channel) => {
      for (let item = rest.shift(); item !== undefined; item = rest.shift()) await use(channel, item);
    }),
  );
}
