import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import type { Names } from './names.ts';
import { quorum } from './quorum.ts';

/** ms until a returned message must be in the queue again; ms between two looks. */
const BACK = 3000;
const BETWEEN = 50;
/** ms after which RabbitMQ removes a queue that a crash left behind. */
const EXPIRES = 60_000;

/** Names the policy that hides dead letters, and what to do. */
export const hiddenDeadLetters = (queue: string): Error =>
  new Error(
    `A message put back into ${queue} does not come back: a policy with \`delayed-retry-type\` seems ` +
      'to cover the dead-letter queues, so ' +
      'that dead letters vanish for a time once they are listed or replayed. Let its pattern leave out ' +
      'queues that end in `.dead`',
  );

/**
 * From 4.3 on a policy can make a queue hold back what is returned to it, which hides dead letters when they
 * are listed. AMQP does not show a queue's policy, so a test queue of such a name is tried: a message goes
 * in, out and back. Resolves with the fault; undefined if there is none, or if this RabbitMQ has no such
 * policy.
 */
export async function findHidingPolicy(model: ChannelModel, names: Names): Promise<Error | undefined> {
  if (!knowsDelayedRetry(model)) return undefined;
  const channel = await model.createConfirmChannel();
  channel.on('error', () => {});
  const queue = names.dead(`policy-check-${randomBytes(4).toString('hex')}`);
  await channel.assertQueue(queue, quorum({ 'x-expires': EXPIRES }));
  try {
    channel.sendToQueue(queue, Buffer.from('null'));
    await channel.waitForConfirms();
    const message = await channel.get(queue);
    if (message === false) return undefined;
    channel.nack(message, false, true);
    const deadline = performance.now() + BACK;
    while (performance.now() < deadline) {
      if ((await channel.checkQueue(queue)).messageCount > 0) return undefined;
      await pause(BETWEEN);
    }
    return hiddenDeadLetters(queue);
  } finally {
    await channel.deleteQueue(queue);
    await channel.close();
  }
}

function knowsDelayedRetry({ connection }: ChannelModel): boolean {
  const version: unknown = connection.serverProperties.version;
  return String(version).localeCompare('4.3', 'en', { numeric: true }) >= 0;
}
