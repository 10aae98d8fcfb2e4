import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import { until } from './until.ts';

/**
 * Takes everything out of a queue on RabbitMQ whose messages hold events, and tells how many events came and
 * how many different ones.
 */
export async function emptied(
  url: string,
  queue: string,
  expected: number,
): Promise<{ events: number; distinct: number; messages: number }> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const ids = new Set<string>();
  let events = 0;
  let messages = 0;
  await channel.prefetch(1_000);
  await channel.consume(queue, (message) => {
    if (message === null) return;
    messages += 1;
    for (const { id } of JSON.parse(message.content.toString()).events as { id: string }[]) {
      events += 1;
      ids.add(id);
    }
    // One by one, a quorum queue has some still on their way when the channel closes, and gives those
    // messages out again.
    if (events >= expected || messages % 200 === 0) channel.ack(message, true);
  });
  await until(`events out of ${queue}`, async () => events, expected, { every: 20 });
  // Should there be one too many, it comes now; and the queue has time to take the last acknowledgement.
  await pause(100);
  await channel.checkQueue(queue);
  await connection.close();
  return { events, distinct: ids.size, messages };
}

/** Throws where a queue holds something: a broker that is in use is not for benchmarks, which empty it. */
export async function refuseUnlessEmpty(url: string, queue: string): Promise<void> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    const { messageCount } = await channel.checkQueue(queue);
    if (messageCount > 0)
      throw new Error(`${queue} holds ${messageCount} messages: benchmarks need a broker of their own`);
  } finally {
    await connection.close();
  }
}
