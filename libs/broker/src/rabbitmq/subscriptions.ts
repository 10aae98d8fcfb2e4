import { readJson } from '@herald/domain';
import type { Channel, ChannelModel } from 'amqplib';
import type { Consumer } from '../broker.ts';
import { closeChannel } from './channels.ts';

type Listener = (body: unknown) => void;

/**
 * Listens to a fan-out exchange through a queue of its own. The queue ends with the connection, so each new
 * connection means a gap.
 */
export interface Subscription extends Consumer {
  start(model: ChannelModel): Promise<void>;
  lost(): void;
}

export interface SubscriptionDeps {
  /** The exchange's name in the broker. */
  readonly exchange: string;
  readonly listener: Listener;
  readonly onGap: () => void;
  readonly fault: (error: unknown) => void;
  readonly broken: (error: Error) => void;
  readonly stopped: () => void;
}

export function createSubscription(deps: SubscriptionDeps): Subscription {
  let channel: Channel | undefined;
  let own = '';
  let stopping: Promise<void> | undefined;
  let before = false;

  const safely = (call: () => void): void => {
    try {
      call();
    } catch (error) {
      deps.fault(error);
    }
  };
  const stop = async (): Promise<void> => {
    const on = channel;
    channel = undefined;
    deps.stopped();
    if (on === undefined) return;
    try {
      // Before the channel closes: from RabbitMQ 4.3 on, a queue that ends with its channel refuses what is
      // being published to it.
      await on.unbindQueue(own, deps.exchange, '');
      await on.deleteQueue(own);
      await closeChannel(on);
    } catch {
      // The queue is gone with its connection.
    }
  };

  return {
    async start(model) {
      if (stopping !== undefined) return;
      const on = await model.createChannel();
      const broken = (error: Error): void => {
        if (channel === on) deps.broken(error);
      };
      on.on('error', broken);
      on.on('close', () => broken(new Error('RabbitMQ closed a channel')));
      const { queue } = await on.assertQueue('', { exclusive: true, autoDelete: true, durable: false });
      await on.bindQueue(queue, deps.exchange, '');
      channel = on;
      own = queue;
      const take = (content: Buffer): void => deps.listener(readJson(content.toString()));
      await on.consume(
        queue,
        (message) => {
          if (channel !== on) return;
          if (message === null) broken(new Error('RabbitMQ ended a subscription'));
          else safely(() => take(message.content));
        },
        { noAck: true },
      );
      // From now on nothing is missed.
      if (before) safely(deps.onGap);
      before = true;
    },
    lost() {
      channel = undefined;
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}
