import type { Unavailable } from '@herald/debian';
import { startInDocker } from './docker.ts';
import { findServer } from './find-server.ts';
import { greeting } from './greeting.ts';
import { startNode } from './node.ts';

/** A RabbitMQ for tests. */
export interface Rabbit {
  /** `amqp://`, with credentials. */
  readonly url: string;
  /** As it greets; empty where that cannot be seen (TLS). */
  readonly version: string;
  /** What only a node of our own can be put through; undefined for one that was there before. */
  readonly node?: RabbitNode;
  /** Ends what was started here, and nothing else. */
  stop(): Promise<void>;
}

export interface RabbitNode {
  /**
   * SIGKILL. Resolves when it is gone; `restart` brings it back on the same port with what it had on disk.
   */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Runs `rabbitmqctl` against it; resolves with what that printed. */
  ctl(args: readonly string[]): Promise<string>;
}

export const USUAL = 'amqp://guest:guest@127.0.0.1:5672';

/** One that runs already: nothing is started or stopped. */
export async function attachTo(url: string): Promise<Rabbit> {
  const { hostname, port, protocol } = new URL(url);
  const version = protocol === 'amqp:' ? await greeting(Number(port || 5672), hostname) : undefined;
  return { url, version: version ?? '', stop: async () => {} };
}

/**
 * The first there is of: the one at `AMQP_URL`; one that answers on port 5672; one of our own, by the
 * `rabbitmq-server` on the PATH or, as root on Debian, from its package; one in Docker. Never rejects for
 * want of one: `unavailable` says what was tried.
 */
export async function startRabbit(env: NodeJS.ProcessEnv = process.env): Promise<Rabbit | Unavailable> {
  if (env.AMQP_URL !== undefined) return attachTo(env.AMQP_URL);
  if ((await greeting(5672)) !== undefined) return attachTo(USUAL);
  const found = await findServer();
  const why: string[] = [];
  if ('unavailable' in found) why.push(found.unavailable);
  else {
    try {
      return await startNode(found);
    } catch (error) {
      why.push(error instanceof Error ? error.message : String(error));
    }
  }
  const inDocker = await startInDocker();
  if (!('unavailable' in inDocker)) return inDocker;
  why.push(inDocker.unavailable);
  return { unavailable: `No AMQP_URL, nothing on port 5672; ${why.join('; ')}` };
}
