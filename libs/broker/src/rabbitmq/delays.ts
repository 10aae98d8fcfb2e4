import type { Channel } from 'amqplib';

/** How envelopes of the delay exchange wait. */
export interface Delays {
  readonly strategy: 'plugin' | 'levels';
  /** ms: the longest single wait. */
  readonly range: number;
  /** Where to publish what must wait `ms` of wall time, above 0 and at most `range`. */
  address(queue: string, ms: number): Address;
  declare(channels: readonly Channel[]): Promise<void>;
  /** How many wait for the queue. */
  count(channel: Channel, queue: string): Promise<number>;
  /** Deletes those that wait for the queue; resolves with how many. */
  purge(channel: Channel, queue: string): Promise<number>;
}

export interface Address {
  readonly exchange: string;
  readonly routingKey: string;
  /** Whether RabbitMQ reports at once if it has no queue for it. */
  readonly mandatory: boolean;
  readonly headers?: Record<string, unknown>;
}
