import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, GetMessage } from 'amqplib';
import { getMessage } from './channels.ts';

/** The most messages taken from a queue at once, and the bytes after which no more are taken. */
const MOST = 10_000;
const BYTES = 64 * 1024 * 1024;
/** ms between two looks. */
const PAUSE = 5;

/** Looks through queues by taking messages out and putting them back. Meanwhile nobody else gets them. */
export interface Hand {
  /** The first messages of a queue, in order, up to `limit` or the first that `isLast`. */
  take(queue: string, limit?: number, isLast?: (message: GetMessage) => boolean): Promise<GetMessage[]>;
  /** Removes one for good. */
  remove(message: GetMessage): void;
  /**
   * Puts back what was taken and not removed, at the front and in its order. Resolves with true when the
   * queues have it again, or with false after `patience` ms: what became due meanwhile does not come back.
   */
  putBack(patience: number): Promise<boolean>;
}

export function createHand(channel: Channel): Hand {
  const held = new Map<string, Set<GetMessage>>();

  return {
    async take(queue, limit = MOST, isLast = () => false) {
      const taken: GetMessage[] = [];
      const mine = held.get(queue) ?? new Set();
      held.set(queue, mine);
      let bytes = 0;
      while (taken.length < Math.min(limit, MOST) && bytes < BYTES) {
        const message = await getMessage(channel, queue);
        if (message === false) break;
        taken.push(message);
        mine.add(message);
        bytes += message.content.length;
        if (isLast(message)) break;
      }
      return taken;
    },
    remove(message) {
      channel.ack(message);
      for (const mine of held.values()) mine.delete(message);
    },
    async putBack(patience) {
      const touched = [...held].filter(([, mine]) => mine.size > 0);
      held.clear();
      if (touched.length === 0) return true;
      const queues = touched.map(([queue]) => queue);
      const left = await lengths(channel, queues);
      channel.nackAll(true);
      const deadline = performance.now() + patience;
      const areBack = async (): Promise<boolean> => {
        const now = await lengths(channel, queues);
        return touched.every(([, { size }], n) => (now[n] ?? 0) >= (left[n] ?? 0) + size);
      };
      while (!(await areBack())) {
        if (performance.now() > deadline) return false;
        await pause(PAUSE);
      }
      return true;
    },
  };
}

/** How many messages wait in each of the queues. */
export async function lengths(channel: Channel, queues: readonly string[]): Promise<number[]> {
  const replies = await Promise.all(queues.map((queue) => channel.checkQueue(queue)));
  return replies.map(({ messageCount }) => messageCount);
}
