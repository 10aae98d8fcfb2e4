import type { Message } from 'amqplib';
import type { BatchHandler, Delivery } from '../broker.ts';
import { cutOffReason, cutOffsAllowed, cutOffsOfSuspect, type QueueSpec } from '../topology.ts';
import { verdictsOf } from '../verdicts-of.ts';
import { closeChannel } from './channels.ts';
import { deliveryOf, envelopeOf, legibleDelivery, takenBack } from './envelope.ts';
import type { Intake, Work } from './intake.ts';
import type { Letter, Publisher } from './publisher.ts';
import type { Given, QueueConsumer } from './queue-consumer.ts';
import type { Held, Settle } from './settle.ts';
import type { Suspects } from './suspects.ts';
import { atOnce } from './waiting.ts';

export interface ConsumerDeps {
  readonly spec: QueueSpec;
  /** The queue's name in the broker. */
  readonly name: string;
  readonly intake: (work: Work<Item>) => Intake<Item>;
  readonly handler: BatchHandler;
  readonly settle: Settle;
  readonly send: Publisher['send'];
  /** The letter for the next wait, if the delay was too long for one; undefined when the envelope is due. */
  readonly onward: (held: Held, queue: string) => (() => Letter) | undefined;
  /** Where suspects are handed over, one at a time; and the name of their queue in the broker. */
  readonly suspects: Suspects;
  readonly suspectsName: string;
  /** The broker ended the channel or the consumer. */
  readonly broken: (error: Error) => void;
  readonly stopped: () => void;
}

interface Session extends Given {
  tag: string;
}

export interface Item {
  readonly held: Held;
  readonly delivery: Delivery;
  /** It again, for the end of its queue, with the cut-offs that RabbitMQ has counted so far. */
  readonly again: Letter;
  readonly giveBack: () => void;
}

export function createConsumer(deps: ConsumerDeps): QueueConsumer {
  const { spec, settle } = deps;
  let session: Session | undefined;
  let stopping: Promise<void> | undefined;
  /** Handlers and settlements under way, also those whose connection is lost. */
  const running = new Set<Promise<void>>();
  const holding = new Set<Held>();
  let moves = 0;

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
        moves += 1;
      }),
    );
  };
  const intake = deps.intake((items) => track(handle(items)));

  const hold = (on: Given, message: Message): Held => {
    moves += 1;
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

  /** What to hand over; undefined if the envelope goes elsewhere, which calls `aside`. */
  const open = (
    on: Given,
    message: Message,
    aside: (held: Held, work: Promise<unknown>) => void,
  ): Item | undefined => {
    const held = hold(on, message);
    const { envelope } = held;
    const onward = deps.onward(held, spec.name);
    if (onward !== undefined) {
      aside(held, settle.forward(held, onward));
      return undefined;
    }
    const cutOffs = (envelope.cutOffs ?? 0) + takenBack(message);
    const attempt = envelope.attempts + cutOffs + 1;
    if (cutOffs >= cutOffsAllowed(spec.retry) || envelope.attempts >= spec.retry.attempts) {
      const last = legibleDelivery(spec.name, envelope, attempt - 1);
      aside(held, settle.bury(spec, held, last, cutOffReason(cutOffs)));
      return undefined;
    }
    let delivery: Delivery;
    try {
      delivery = deliveryOf(spec.name, envelope, attempt);
    } catch (error) {
      const letter = legibleDelivery(spec.name, envelope, attempt);
      const why = error instanceof Error ? error.message : String(error);
      aside(held, settle.bury(spec, held, letter, why));
      return undefined;
    }
    return {
      held,
      delivery,
      again: atOnce(deps.name, { ...envelope, cutOffs }),
      giveBack: () => on.channel.nack(message, false, true),
    };
  };
  const done = (held: Held, work: Promise<unknown>): Promise<void> =>
    track(
      work.then(() => {
        holding.delete(held);
        moves += 1;
      }),
    );

  const come = (on: Session, message: Message): void => {
    const suspicious = cutOffsOfSuspect(spec.retry);
    const cutOffs = takenBack(message);
    if (cutOffs === 0 || cutOffs + (envelopeOf(message).cutOffs ?? 0) < suspicious) {
      const item = open(on, message, (held, work) => void done(held, work));
      if (item !== undefined) intake.come(item);
      return;
    }
    // Most of what was fetched when a consumer was cut off is innocent, but RabbitMQ counts all of it.
    const held = hold(on, message);
    const apart = (): Letter => atOnce(deps.suspectsName, { ...held.envelope, cutOffs: suspicious });
    void done(held, settle.forward(held, apart).then(deps.suspects.look));
  };

  const lost = (): void => {
    if (session === undefined) return;
    session.alive = false;
    session = undefined;
    holding.clear();
    intake.forget();
  };

  /**
   * RabbitMQ counts a nack as it counts a crash, so what was only fetched goes back as a copy, if RabbitMQ
   * takes one now.
   */
  const giveBack = async (items: readonly Item[]): Promise<void> => {
    const copied = await deps.send(items.map(({ again }) => again)).then(
      () => true,
      () => false,
    );
    for (const item of items) {
      if (!item.held.isOurs()) continue;
      if (copied) item.held.ack();
      else item.giveBack();
    }
  };

  const stop = async (): Promise<void> => {
    const on = session;
    // Before anything is acknowledged: RabbitMQ would send the next.
    await Promise.all([on?.channel.cancel(on.tag).catch(() => {}), deps.suspects.leave(consumer)]);
    const waiting = intake.stop();
    while (running.size > 0) await Promise.all(running);
    if (on?.alive === true) {
      await giveBack(waiting);
      on.alive = false;
      session = undefined;
      // Its answer means that RabbitMQ has seen every acknowledgement.
      await closeChannel(on.channel);
    }
    holding.clear();
    deps.stopped();
  };

  const consumer: QueueConsumer = {
    queue: spec.name,
    moves: () => moves,
    suspect(on, message) {
      let work = Promise.resolve();
      const item = open(on, message, (held, way) => {
        work = done(held, way);
      });
      return track(item === undefined ? work : intake.alone(item));
    },
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
      await channel.prefetch(intake.limit);
      session = on;
      const { consumerTag } = await channel.consume(deps.name, (message) => {
        if (!on.alive) return;
        if (message === null) broken(new Error(`RabbitMQ ended the consumer of ${spec.name}`));
        else come(on, message);
      });
      on.tag = consumerTag;
      deps.suspects.join(consumer, deps.suspectsName);
    },
    lost,
    async flush() {
      // The first answer may overtake a message on its way here; the second cannot.
      for (let n = 0; n < 2; n += 1) await session?.channel.checkQueue(deps.name);
      await deps.suspects.flush();
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
  return consumer;
}
