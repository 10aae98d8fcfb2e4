/** Names in RabbitMQ: the topology's, behind a prefix, and those that Herald adds. */
export interface Names {
  /** An exchange or queue of the topology. */
  own(name: string): string;
  /** The queue for the dead letters of a queue. */
  dead(queue: string): string;
  /** The queue for the suspects of a queue. */
  suspects(queue: string): string;
  /** Exchange and queue for what comes out of a delay when its queue is gone. */
  readonly unroutable: string;
  /** The queue that only one process can have. */
  readonly alone: string;
  /** A set of delay queues. `unit`: the ms of their finest step. */
  levels(kind: string, unit: number): string;
}

export const createNames = (prefix: string): Names => ({
  own: (name) => `${prefix}${name}`,
  dead: (queue) => `${prefix}${queue}.dead`,
  suspects: (queue) => `${prefix}${queue}.suspects`,
  unroutable: `${prefix}unroutable`,
  alone: `${prefix}alone`,
  // The unit is part of the name: the same queue with another time-to-live would be refused.
  levels: (kind, unit) => `${prefix}${kind}.${unit}ms`,
});
