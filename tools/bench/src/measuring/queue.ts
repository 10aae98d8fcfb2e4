import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import { until } from './until.ts';

/** Empties a queue of events on RabbitMQ. Counts the events, and the different ones among them. */
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
    // Acknowledged one by one, some acknowledgements would still be on their way when the channel closes, and
    // the quorum queue would deliver those messages again.
    if (events >= expected || messages % 200 === 0) channel.ack(message, true);
  });
  await until(`events out of ${queue}`, async () => events, expected, { every: 20 });
  // One too many would come now. And the queue has time to take the last acknowledgement.
  await pause(100);
  await channel.checkQueue(queue);
  await connection.close();
  return { events, distinct: ids.size, messages };
}

/** Throws where a queue holds something: benchmarks empty it, and must not run on a broker in use. */
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
