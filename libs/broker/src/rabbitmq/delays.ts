import type { Channel } from 'amqplib';

/** How messages of the delay exchange wait. */
export interface Delays {
  readonly strategy: 'plugin' | 'levels';
  /** ms: the longest wait in one go. */
  readonly range: number;
  /** Where and how to publish what is to wait `ms` of the wall's time, above 0 and at most `range`. */
  address(queue: string, ms: number): Address;
  declare(channels: readonly Channel[]): Promise<void>;
  /** How many wait for the queue. */
  count(channel: Channel, queue: string): Promise<number>;
  /** Throws away those that wait for the queue; resolves with how many there were. */
  purge(channel: Channel, queue: string): Promise<number>;
}

export interface Address {
  readonly exchange: string;
  readonly routingKey: string;
  /** Whether RabbitMQ can tell at once that it has a queue for it. */
  readonly mandatory: boolean;
  readonly headers?: Record<string, unknown>;
}
