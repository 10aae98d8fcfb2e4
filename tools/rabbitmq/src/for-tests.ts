import type { Unavailable } from '@herald/debian';
import { dockerRuns, startInDocker } from './docker.ts';
import { findNewerServer, findServer, type Server, serverIn } from './find-server.ts';
import { greeting, isNewer } from './greeting.ts';
import type { Rabbit } from './rabbit.ts';
import { attachTo, USUAL } from './start.ts';
import { startCluster, startNode } from './start-nodes.ts';

/** A RabbitMQ that tests can be run on. */
export interface Candidate {
  /** Empty if it is known only after the start. */
  readonly version: string;
  /** Never rejects: `unavailable` says why there is none. */
  start(): Promise<Rabbit | Unavailable>;
}

/**
 * Every RabbitMQ that tests can run on, newest first. The first of these rules that applies:
 *
 * 1. `RABBITMQ_SERVERS` lists them, separated by commas, in its order: `amqp://` URLs of running servers, and
 *    folders with a server (a Debian, or RabbitMQ's own archive).
 * 2. `AMQP_URL` names the only one.
 * 3. Those found: one on port 5672; this machine's `rabbitmq-server` (as root on Debian, from its package);
 *    and if none of these is a 4.x, one in Docker or in a folder with a newer Debian.
 */
export async function rabbitsForTests(env: NodeJS.ProcessEnv = process.env): Promise<Candidate[]> {
  const named = env.RABBITMQ_SERVERS?.split(',').map((one) => one.trim());
  if (named !== undefined) return Promise.all(named.filter((one) => one !== '').map(candidate));
  if (env.AMQP_URL !== undefined) return [await candidate(env.AMQP_URL)];
  const found: Candidate[] = [];
  if ((await greeting(5672)) !== undefined) found.push(await candidate(USUAL));
  const here = await findServer();
  if (!('unavailable' in here) || found.length === 0) found.push(fromServer(here));
  if (!found.some(({ version }) => isNewer(version, '4'))) found.push(await newer());
  return found.sort((one, other) => (isNewer(one.version, other.version) ? -1 : 1));
}

/** The newest one that starts. `unavailable` gives the reason of each that did not. */
export async function startTestRabbit(env?: NodeJS.ProcessEnv): Promise<Rabbit | Unavailable> {
  const why: string[] = [];
  for (const { start } of await rabbitsForTests(env)) {
    const rabbit = await start();
    if (!('unavailable' in rabbit)) return rabbit;
    why.push(rabbit.unavailable);
  }
  return { unavailable: why.join('; ') };
}

/**
 * Three nodes that form a cluster, of the newest RabbitMQ that this machine can start: a folder in
 * `RABBITMQ_SERVERS`, one with a newer Debian, or this machine's own. Never rejects: `unavailable` says why
 * there is none.
 */
export async function startTestCluster(env = process.env): Promise<Rabbit | Unavailable> {
  const folder = env.RABBITMQ_SERVERS?.split(',').find((one) => one !== '' && !/^amqps?:/.test(one));
  let server = folder === undefined ? await findNewerServer() : await serverIn(folder.trim());
  if ('unavailable' in server && folder === undefined) server = await findServer();
  if ('unavailable' in server) return server;
  return startCluster(server).catch((error) => ({ unavailable: `${error}` }));
}

async function candidate(place: string): Promise<Candidate> {
  if (!/^amqps?:/.test(place)) return fromServer(await serverIn(place));
  const running = await attachTo(place);
  return { version: running.version, start: async () => running };
}

async function newer(): Promise<Candidate> {
  if (await dockerRuns()) return { version: '4.docker', start: startInDocker };
  return fromServer(await findNewerServer());
}

const fromServer = (found: Server | Unavailable): Candidate =>
  'unavailable' in found
    ? { version: '', start: async () => found }
    : {
        version: found.version ?? '',
        start: () => startNode(found).catch((error) => ({ unavailable: `${error}` })),
      };
