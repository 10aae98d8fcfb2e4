import { Writable } from 'node:stream';
import type { Channel } from 'amqplib';

/**
 * Makes what is written to the channel's connection about now leave together: one call into the kernel for
 * all that is published in a turn of the event loop, and not one for each frame. What it returns is to be
 * called after each write; it costs a turn of latency.
 */
export function gatherWrites(channel: Channel): () => void {
  // amqplib has the socket there and does not say so in its types. Without it all goes on, frame by frame.
  const stream: unknown = Reflect.get(channel.connection, 'stream');
  if (!(stream instanceof Writable)) return () => {};
  let gathering = false;
  const letGo = (): void => {
    gathering = false;
    stream.uncork();
  };
  return () => {
    if (gathering) return;
    gathering = true;
    stream.cork();
    // amqplib hands frames to the socket by an immediate of its own, which comes first only in the next turn.
    setImmediate(() => setImmediate(letGo));
  };
}
