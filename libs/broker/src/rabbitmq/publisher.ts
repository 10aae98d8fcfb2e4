import type { ConfirmChannel, Message } from 'amqplib';
import { type Envelope, propertiesOf } from './envelope.ts';
import { gatherWrites } from './gather.ts';

/** The most bytes that may be sent and not confirmed. */
const WINDOW = 64 * 1024 * 1024;
/** ms until a refused message is sent again, say because its queue changes its leader. */
const AGAIN = 25;

export interface Letter {
  readonly exchange: string;
  readonly routingKey: string;
  readonly envelope: Envelope;
  /** `returned` is called if no queue takes it. */
  readonly mandatory: boolean;
  /** For those who listen now; nobody keeps it. It may arrive twice, so it outlives a lost connection. */
  readonly fanOut?: boolean;
  /** For RabbitMQ, beside the envelope's. */
  readonly headers?: Record<string, unknown> | undefined;
}

/** Publishes with confirmations, any number of batches at once. */
export interface Publisher {
  /**
   * Resolves when RabbitMQ has confirmed every letter; refused ones are sent again. Rejects, though some may
   * have arrived, if they are not confirmed in time or the connection is down or lost, and at once during an
   * alarm for memory or disk. If all are for a fan-out exchange they wait for the next connection instead.
   */
  send(letters: readonly Letter[]): Promise<void>;
  /** Uses this channel from now on. */
  attach(channel: ConfirmChannel): void;
  /** The channel is gone: nothing more will be confirmed. */
  detach(error: Error): void;
  block(reason: string): void;
  unblock(): void;
  /** The reason of an alarm while RabbitMQ takes nothing. */
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
