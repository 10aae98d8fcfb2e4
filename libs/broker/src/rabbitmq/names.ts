/** What things are called in the broker: the topology's names behind a prefix, and what Herald adds. */
export interface Names {
  /** An exchange or queue of the topology. */
  own(name: string): string;
  /** The queue for the dead letters of a queue. */
  dead(queue: string): string;
  /** The queue for the suspects of a queue. */
  suspects(queue: string): string;
  /** Exchange and queue that catch what comes out of the delay for a queue that is gone. */
  readonly unroutable: string;
  /** A set of delay queues: `kind` is what they are for, `unit` the ms of their finest step. */
  levels(kind: string, unit: number): string;
}

export const createNames = (prefix: string): Names => ({
  own: (name) => `${prefix}${name}`,
  dead: (queue) => `${prefix}${queue}.dead`,
  suspects: (queue) => `${prefix}${queue}.suspects`,
  unroutable: `${prefix}unroutable`,
  // The unit is part of the name: the same queue with another time-to-live would be refused.
  levels: (kind, unit) => `${prefix}${kind}.${unit}ms`,
});
