import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { BatchHandler, Consumer, Delivery } from '../broker.ts';
import type { QueueSpec } from '../topology.ts';
import { verdictsOf } from '../verdicts-of.ts';
import type { Attend, Work } from './attend.ts';
import { deliveryOf, envelopeOf, legibleDelivery, takenBack } from './envelope.ts';
import type { Letter } from './publisher.ts';
import type { Held, Settle } from './settle.ts';

/** A consumer that outlives its connections: it has one channel in each. */
export interface QueueConsumer extends Consumer {
  readonly queue: string;
  /** What this process holds of the queue for it. */
  held(): number;
  /** Consumes on a new connection. */
  start(model: ChannelModel): Promise<void>;
  /** The connection is lost. */
  lost(): void;
  /** Resolves when everything that the broker had sent by now has come. */
  flush(): Promise<void>;
}

export interface ConsumerDeps {
  readonly spec: QueueSpec;
  /** The queue's name in the broker. */
  readonly name: string;
  readonly attend: (work: Work<Item>) => Attend<Item>;
  readonly handler: BatchHandler;
  readonly settle: Settle;
  /** A message whose wait was too long for one go: its next, or undefined when it is due. */
  readonly onward: (held: Held, queue: string) => (() => Letter) | undefined;
  /** The broker ended the channel or the consumer. */
  readonly broken: (error: Error) => void;
  readonly stopped: () => void;
}

/** What the broker gave us on one channel. */
interface Session {
  readonly channel: Channel;
  tag: string;
  alive: boolean;
}

export interface Item {
  readonly held: Held;
  readonly delivery: Delivery;
  readonly giveBack: () => void;
}

export function createConsumer(deps: ConsumerDeps): QueueConsumer {
  const { spec, settle } = deps;
  let session: Session | undefined;
  let stopping: Promise<void> | undefined;
  /** Handlers and settlements under way, whatever became of their connection. */
  const running = new Set<Promise<void>>();
  const holding = new Set<Held>();

  const track = (work: Promise<void>): Promise<void> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };

  const handle = async (items: readonly Item[]): Promise<void> => {
    const started = performance.now();
    const deliveries = items.map(({ delivery }) => delivery);
    const verdicts = await verdictsOf(deps.handler, deliveries);
    const seconds = (performance.now() - started) / 1000;
    await Promise.all(
      items.map(async ({ held, delivery }, n) => {
        const verdict = verdicts[n];
        if (verdict !== undefined) await settle.verdict(spec, held, delivery, verdict, seconds);
        holding.delete(held);
      }),
    );
  };
  const attend = deps.attend((items) => track(handle(items)));

  const hold = (on: Session, message: ConsumeMessage): Held => {
    const held: Held = {
      envelope: envelopeOf(message),
      isOurs: () => on.alive,
      ack: () => {
        on.channel.ack(message);
        holding.delete(held);
      },
    };
    holding.add(held);
    return held;
  };

  const come = (on: Session, message: ConsumeMessage): void => {
    const held = hold(on, message);
    const aside = (work: Promise<unknown>): void => {
      void track(work.then(() => void holding.delete(held)));
    };
    const onward = deps.onward(held, spec.name);
    if (onward !== undefined) return aside(settle.forward(held, onward));
    const { attempts, cutOffs } = spec.retry;
    const cutOff = takenBack(message);
    const attempt = held.envelope.attempts + (cutOffs === undefined ? cutOff : 0) + 1;
    if (attempt > attempts || cutOff >= (cutOffs ?? Number.POSITIVE_INFINITY)) {
      const last = legibleDelivery(spec.name, held.envelope, attempt - 1);
      return aside(settle.bury(spec, held, last, 'The last attempt was cut off'));
    }
    let delivery: Delivery;
    try {
      delivery = deliveryOf(spec.name, held.envelope, attempt);
    } catch (error) {
      const letter = legibleDelivery(spec.name, held.envelope, attempt);
      return aside(settle.bury(spec, held, letter, error instanceof Error ? error.message : String(error)));
    }
    attend.come({ held, delivery, giveBack: () => on.channel.nack(message, false, true) });
  };

  const lost = (): void => {
    if (session === undefined) return;
    session.alive = false;
    session = undefined;
    holding.clear();
    attend.forget();
  };

  const stop = async (): Promise<void> => {
    const on = session;
    // Before anything is acknowledged: the broker would send the next.
    if (on !== undefined) await on.channel.cancel(on.tag).catch(() => {});
    const waiting = attend.stop();
    while (running.size > 0) await Promise.all(running);
    if (on?.alive === true) {
      for (const { giveBack } of waiting) giveBack();
      on.alive = false;
      session = undefined;
      // Its answer says that the broker has seen every acknowledgement.
      await on.channel.close().catch(() => {});
    }
    holding.clear();
    deps.stopped();
  };

  return {
    queue: spec.name,
    held: () => holding.size,
    async start(model) {
      if (stopping !== undefined) return;
      const channel = await model.createChannel();
      const on: Session = { channel, tag: '', alive: true };
      const broken = (error: Error): void => {
        if (session === on) deps.broken(error);
      };
      channel.on('error', broken);
      channel.on('close', () => broken(new Error('RabbitMQ closed a channel')));
      await channel.prefetch(attend.limit);
      session = on;
      const { consumerTag } = await channel.consume(deps.name, (message) => {
        if (!on.alive) return;
        if (message === null) broken(new Error(`RabbitMQ ended the consumer of ${spec.name}`));
        else come(on, message);
      });
      on.tag = consumerTag;
    },
    lost,
    async flush() {
      // The first question may overtake a message on its way to us; the second cannot.
      for (let n = 0; n < 2; n += 1) await session?.channel.checkQueue(deps.name);
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}
