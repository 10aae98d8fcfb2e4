import type { Channel, ChannelModel, Message } from 'amqplib';
import type { Consumer } from '../broker.ts';

/** A channel with deliveries, and whether they can still be settled on it. */
export interface Given {
  readonly channel: Channel;
  alive: boolean;
}

/** A consumer that outlives its connections, with one channel in each. */
export interface QueueConsumer extends Consumer {
  readonly queue: string;
  /** How many envelopes this process holds for it. */
  held(): number;
  /** Consumes on a new connection. */
  start(model: ChannelModel): Promise<void>;
  /** The connection is lost. */
  lost(): void;
  /** Resolves when everything that RabbitMQ has sent so far has arrived. */
  flush(): Promise<void>;
  /** Rises with each envelope that arrives or is settled. */
  moves(): number;
  /** Handles one of the queue's suspects, from the suspects' own channel; resolves when it is settled. */
  suspect(on: Given, message: Message): Promise<void>;
}
