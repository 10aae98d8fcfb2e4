import type { Channel, GetMessage } from 'amqplib';
import { createHand, type Hand, lengths } from './browse.ts';
import type { Levels } from './levels.ts';

/** ms to wait for what was put back: some of it may have become due instead. */
const PATIENCE = 200;

/**
 * How many messages in the delay queues are for `queue`. The delay queues are shared, so it takes out and
 * puts back what they hold: exact up to 10,000 messages in each, and none of these becomes due meanwhile. Not
 * for a dashboard.
 */
export async function countInLevels(channel: Channel, levels: Levels, queue: string): Promise<number> {
  const hand = createHand(channel);
  const mine = await found(channel, hand, levels, queue);
  await hand.putBack(PATIENCE);
  return mine.length;
}

/** Deletes those for `queue`; resolves with how many. */
export async function purgeLevels(channel: Channel, levels: Levels, queue: string): Promise<number> {
  const hand = createHand(channel);
  const mine = await found(channel, hand, levels, queue);
  for (const message of mine) hand.remove(message);
  await hand.putBack(PATIENCE);
  return mine.length;
}

/** Holds all of them until the end, so that none is counted twice on its way. */
async function found(channel: Channel, hand: Hand, levels: Levels, queue: string): Promise<GetMessage[]> {
  const counts = await lengths(channel, levels.queues);
  const filled = levels.queues.filter((_, n) => counts[n] !== 0);
  const mine: GetMessage[] = [];
  for (const name of filled) {
    const messages = await hand.take(name);
    mine.push(...messages.filter(({ fields }) => levels.isFor(queue, fields.routingKey)));
  }
  return mine;
}
