import type { Options } from 'amqplib';

/**
 * From RabbitMQ 4 on a quorum queue throws away what was taken back 20 times, which a look at the dead
 * letters does too. We count attempts ourselves; this only ends what no consumer gets to see.
 */
const NEVER = 1_000_000;

/** A durable queue of several copies, where there are several nodes. */
export const quorum = (args: Record<string, string | number> = {}): Options.AssertQueue => ({
  durable: true,
  arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': NEVER, ...args },
});
