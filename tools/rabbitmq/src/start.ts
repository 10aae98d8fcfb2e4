import type { Unavailable } from '@herald/debian';
import { startInDocker } from './docker.ts';
import { findServer } from './find-server.ts';
import { greeting } from './greeting.ts';
import type { Rabbit } from './rabbit.ts';
import { startNode } from './start-nodes.ts';

export const USUAL = 'amqp://guest:guest@127.0.0.1:5672';

/** Uses a running server, or cluster: starts and stops nothing. */
export async function attachTo(url: string): Promise<Rabbit> {
  // Of the nodes of a cluster the first.
  const first = URL.parse(url.split(',')[0] ?? '');
  const version =
    first?.protocol === 'amqp:' ? await greeting(Number(first.port || 5672), first.hostname) : undefined;
  return { url, version: version ?? '', stop: async () => {} };
}

/**
 * The first of: the server at `AMQP_URL`; one on port 5672; one started from the `rabbitmq-server` on the
 * PATH or, as root on Debian, from its package; one in Docker. Never rejects: `unavailable` says what was
 * tried.
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
