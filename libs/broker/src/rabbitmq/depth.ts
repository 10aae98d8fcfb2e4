import { setTimeout as pause } from 'node:timers/promises';
import type { Channel } from 'amqplib';
import type { QueueDepth, QueueLoad } from '../broker.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Delays } from './delays.ts';
import { countInLevels } from './level-stock.ts';
import type { Levels } from './levels.ts';
import type { Names } from './names.ts';
import type { QueueConsumer } from './queue-consumer.ts';

export interface DepthDeps {
  readonly names: Names;
  readonly retries: Levels;
  readonly delays: () => Delays;
  readonly deadLetters: Pick<DeadLetters, 'count'>;
  readonly consumers: () => readonly QueueConsumer[];
}

/** Asks by passive declarations only: no message moves. */
export async function loadOf(
  { names, consumers }: Pick<DepthDeps, 'names' | 'consumers'>,
  channel: Channel,
  queue: string,
): Promise<QueueLoad> {
  const [own, suspects, dead] = await Promise.all([
    channel.checkQueue(names.own(queue)),
    channel.checkQueue(names.suspects(queue)),
    channel.checkQueue(names.dead(queue)),
  ]);
  const mine = consumers().filter((consumer) => consumer.queue === queue);
  const inFlight = mine.reduce((sum, consumer) => sum + consumer.held(), 0);
  const ready = own.messageCount + suspects.messageCount;
  return { ready, inFlight, dead: dead.messageCount, consumers: own.consumerCount };
}

/** ms between two looks that find nothing, and how many of them in a row it takes. */
const BETWEEN = 40;
const LOOKS = 3;

const isEmpty = ({ ready, inFlight, delayed }: QueueDepth): boolean => ready + inFlight + delayed === 0;

/**
 * Messages move while they are counted, and one on its way between two queues is in none. So a queue counts
 * as empty only if several looks find it empty and this process took and settled nothing of it meanwhile.
 * What another process moves can still be missed.
 */
export async function depthOf(deps: DepthDeps, channel: Channel, queue: string): Promise<QueueDepth> {
  let found = await look(deps, channel, queue);
  let moves = movesOf(deps, queue);
  for (let looks = 1; looks < LOOKS && isEmpty(found); looks += 1) {
    await pause(BETWEEN);
    found = await look(deps, channel, queue);
    const now = movesOf(deps, queue);
    // Something moved: it may be where the look had already been.
    if (now !== moves) looks = 0;
    moves = now;
  }
  return found;
}

const movesOf = ({ consumers }: DepthDeps, queue: string): number =>
  consumers()
    .filter((consumer) => consumer.queue === queue)
    .reduce((sum, consumer) => sum + consumer.moves(), 0);

/**
 * Looks in the order in which messages move: one that moves meanwhile is counted twice rather than missed.
 */
async function look(deps: DepthDeps, channel: Channel, queue: string): Promise<QueueDepth> {
  const { names, retries, delays, deadLetters } = deps;
  const waiting = (await countInLevels(channel, retries, queue)) + (await delays().count(channel, queue));
  const { messageCount: own } = await channel.checkQueue(names.own(queue));
  const consumers = deps.consumers().filter((consumer) => consumer.queue === queue);
  await Promise.all(consumers.map((consumer) => consumer.flush()));
  const { messageCount: suspects } = await channel.checkQueue(names.suspects(queue));
  const inFlight = consumers.reduce((sum, consumer) => sum + consumer.held(), 0);
  return { ready: own + suspects, inFlight, delayed: waiting, dead: await deadLetters.count(queue) };
}
