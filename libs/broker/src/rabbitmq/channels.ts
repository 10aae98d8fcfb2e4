import type { Channel, ChannelModel } from 'amqplib';

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
  await Promise.all(channels.map((channel) => channel.close()));
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
