import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { closeChannel, getMessage } from './channels.ts';
import type { Recurring } from './incoming.ts';
import type { Given, QueueConsumer } from './queue-consumer.ts';

/** ms between two looks for suspects that other processes left. */
const EVERY = 2000;
/** ms after which a suspect that did no harm lets the next one pass, while its handler goes on. */
const HARMLESS = 1000;

/**
 * Envelopes whose handler was cut off twice move to a queue of suspects. A process hands over one suspect at
 * a time, whatever its queue: the one that is cut off again is then the cause, and not what was fetched
 * beside it. They are fetched one by one, so that RabbitMQ's count of returned deliveries equals that of the
 * hand-overs.
 */
export interface Suspects extends Recurring {
  /** From now on this process also hands over the suspects of this consumer, from the queue `name`. */
  join(consumer: QueueConsumer, name: string): void;
  /** Ends that; resolves when none is on its way to the consumer. */
  leave(consumer: QueueConsumer): Promise<void>;
  /** Looks at once. */
  look(): void;
  /** Resolves when none is on its way to a consumer. */
  flush(): Promise<void>;
}

/**
 * `calm`: ms that a connection must have lasted before suspects are handed over. A process that something
 * else kills again and again just after its start must not blame what it has just begun.
 */
export function createSuspects(broken: (error: Error) => void, calm: number): Suspects {
  const members = new Map<QueueConsumer, string>();
  /** With handlers now. */
  const running = new Set<Promise<void>>();
  let allLeft = (): void => {};
  let session: Given | undefined;
  let isCalm = false;
  let timers: NodeJS.Timeout[] = [];
  let round: Promise<void> | undefined;
  let again = false;
  /** An envelope that was asked for and has not reached its consumer yet. */
  let coming: Promise<unknown> = Promise.resolve();

  /** Whether there was one. */
  const one = async (consumer: QueueConsumer, name: string): Promise<boolean> => {
    const on = session;
    if (on === undefined || !isCalm || !members.has(consumer)) return false;
    let work: Promise<void> | undefined;
    const asked: Promise<void> = getMessage(on.channel, name).then((message) => {
      if (message === false || !on.alive) return;
      work = consumer.suspect(on, message).finally(() => running.delete(work ?? asked));
      running.add(work);
    });
    coming = asked.catch(() => {});
    await asked;
    if (work === undefined) return false;
    const enough = new AbortController();
    const harmless = pause(HARMLESS, undefined, { signal: enough.signal }).catch(() => {});
    await Promise.race([work, harmless]).finally(() => enough.abort());
    return true;
  };

  const run = async (): Promise<void> => {
    do {
      again = false;
      for (const [consumer, name] of members) {
        while (await one(consumer, name));
      }
    } while (again);
  };

  const look = (): void => {
    again = true;
    if (round !== undefined) return;
    // After a lost connection RabbitMQ returns all of them, and `start` begins again.
    round = run()
      .catch(() => {})
      .finally(() => {
        round = undefined;
      });
  };

  const lost = (): void => {
    for (const timer of timers) clearTimeout(timer);
    isCalm = false;
    if (session !== undefined) session.alive = false;
    session = undefined;
  };

  return {
    look,
    join(consumer, name) {
      members.set(consumer, name);
      look();
    },
    async leave(consumer) {
      members.delete(consumer);
      await coming;
      if (members.size === 0) allLeft();
    },
    flush: async () => void (await coming),
    async start(model: ChannelModel) {
      const channel = await model.createChannel();
      const on = { channel, alive: true };
      const ended = (error: Error): void => {
        if (session === on) broken(error);
      };
      channel.on('error', ended);
      channel.on('close', () => ended(new Error('RabbitMQ closed a channel')));
      session = on;
      const begin = (): void => {
        isCalm = true;
        look();
      };
      if (calm === 0) begin();
      timers = [setTimeout(begin, calm), setInterval(look, EVERY)];
    },
    lost,
    async stop() {
      // Their handlers' verdicts still go out on this channel.
      if (members.size > 0) {
        await new Promise<void>((resolve) => {
          allLeft = resolve;
        });
      }
      while (running.size > 0) await Promise.allSettled(running);
      const on = session;
      lost();
      if (on !== undefined) await closeChannel(on.channel);
    },
  };
}
