import type { ConfirmChannel, Message } from 'amqplib';
import { type Envelope, propertiesOf } from './envelope.ts';
import { gatherWrites } from './gather.ts';

/** Bytes sent and not confirmed: more would only pile up here. */
const WINDOW = 64 * 1024 * 1024;
/**
 * ms until what the broker refused is sent again: a queue that just goes, or changes its leader, takes some.
 */
const AGAIN = 25;

export interface Letter {
  readonly exchange: string;
  readonly routingKey: string;
  readonly envelope: Envelope;
  /** It must find a queue at once; if it does not, `returned` is called. */
  readonly mandatory: boolean;
  /**
   * To whoever listens, and for nobody to keep: it outlives a lost connection, as it may well be told twice.
   */
  readonly fanOut?: boolean;
  /** For the broker, beside the envelope's. */
  readonly headers?: Record<string, unknown> | undefined;
}

/**
 * Sends and waits for the broker's word that it has it. Any number at once: nobody waits for the one before.
 */
export interface Publisher {
  /**
   * Resolves when the broker has confirmed every one; what it refuses is sent again meanwhile. Rejects, and
   * some may have arrived, when it did not confirm in time, when the connection was lost or is down, and at
   * once while the broker takes nothing (an alarm for memory or disk). Where all are for a fan-out they wait
   * for the next connection instead.
   */
  send(letters: readonly Letter[]): Promise<void>;
  /** Uses this channel from now on. */
  attach(channel: ConfirmChannel): void;
  /** The channel is gone: what is not confirmed never will be. */
  detach(error: Error): void;
  block(reason: string): void;
  unblock(): void;
  /** Why the broker takes nothing: the reason of an alarm. */
  blocked(): string | undefined;
  /** Resolves when nothing is under way any more. */
  drain(): Promise<void>;
}

export interface PublisherDeps {
  /** ms until a confirmation must have come. */
  readonly patience: number;
  /** No queue took it. */
  readonly returned: (message: Message) => void;
}

interface Batch {
  /** Not confirmed yet. */
  readonly left: Set<Letter>;
  readonly outlives: boolean;
  readonly settle: (error?: Error) => void;
}

export function createPublisher({ patience, returned }: PublisherDeps): Publisher {
  const pending = new Set<Batch>();
  let channel: ConfirmChannel | undefined;
  let gather = (): void => {};
  let blocked: string | undefined;
  let unconfirmed = 0;
  let onDrained: (() => void)[] = [];

  const rejectAll = (error: Error): void => {
    for (const batch of [...pending]) batch.settle(error);
  };

  const refusal = (outlives: boolean): string | undefined => {
    if (channel === undefined && !outlives) return 'There is no connection to RabbitMQ at the moment';
    if (blocked !== undefined) return `RabbitMQ takes no messages at the moment: ${blocked}`;
    return unconfirmed > WINDOW ? 'RabbitMQ does not keep up with what is published' : undefined;
  };

  const open = (letters: readonly Letter[], outlives: boolean): { batch: Batch; done: Promise<void> } => {
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    const batch: Batch = {
      left: new Set(letters),
      outlives,
      settle(error) {
        if (!pending.delete(batch)) return;
        clearTimeout(timer);
        if (error === undefined) resolve();
        else reject(error);
        if (pending.size > 0) return;
        for (const drained of onDrained) drained();
        onDrained = [];
      },
    };
    const timer = setTimeout(
      () => batch.settle(new Error(`RabbitMQ did not confirm within ${patience} ms`)),
      patience,
    );
    pending.add(batch);
    return { batch, done };
  };

  const post = (on: ConfirmChannel, letter: Letter, batch: Batch): void => {
    const { exchange, routingKey, envelope, mandatory, headers } = letter;
    const properties = propertiesOf(envelope);
    const options = { ...properties, headers: { ...properties.headers, ...headers }, mandatory };
    const { length } = envelope.content;
    on.publish(exchange, routingKey, envelope.content, options, (error) => {
      if (channel === on) unconfirmed -= length;
      if (error === null) {
        batch.left.delete(letter);
        if (batch.left.size === 0) batch.settle();
      } else setTimeout(() => again(on, letter, batch), AGAIN);
    });
    unconfirmed += length;
  };
  const again = (on: ConfirmChannel, letter: Letter, batch: Batch): void => {
    if (channel !== on || !pending.has(batch)) return;
    try {
      post(on, letter, batch);
    } catch {
      // The channel is closing: `detach` follows.
    }
  };

  return {
    async send(letters) {
      if (letters.length === 0) return;
      const outlives = letters.every(({ fanOut }) => fanOut);
      const why = refusal(outlives);
      if (why !== undefined) throw new Error(why);
      const { batch, done } = open(letters, outlives);
      if (channel === undefined) return done;
      try {
        for (const letter of letters) post(channel, letter, batch);
        gather();
      } catch (error) {
        if (!outlives) batch.settle(error instanceof Error ? error : new Error(String(error)));
      }
      return done;
    },
    attach(next) {
      channel = next;
      gather = gatherWrites(next);
      blocked = undefined;
      unconfirmed = 0;
      next.on('return', returned);
      for (const batch of pending) for (const letter of batch.left) again(next, letter, batch);
    },
    detach(error) {
      channel = undefined;
      for (const batch of [...pending]) if (!batch.outlives) batch.settle(error);
    },
    block(reason) {
      blocked = reason;
      rejectAll(new Error(`RabbitMQ takes no messages at the moment: ${reason}`));
    },
    unblock() {
      blocked = undefined;
    },
    blocked: () => blocked,
    drain: () =>
      pending.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            onDrained.push(resolve);
          }),
  };
}
