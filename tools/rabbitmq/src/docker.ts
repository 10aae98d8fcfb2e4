import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Unavailable } from '@herald/debian';
import { freePort } from '@herald/harness/port';
import { greeting } from './greeting.ts';
import type { Rabbit } from './rabbit.ts';

const run = promisify(execFile);
const IMAGE = 'rabbitmq:4.3.5';
/** ms to start the container; the image may have to be pulled first. */
const FETCH = 300_000;
const START = 120_000;

const docker = (args: string[], timeout = 60_000) => run('docker', args, { timeout });

export const dockerRuns = (): Promise<boolean> =>
  docker(['info'], 10_000).then(
    () => true,
    () => false,
  );

/** A new container, its port on loopback. */
export async function startInDocker(): Promise<Rabbit | Unavailable> {
  const port = await freePort();
  if (!(await dockerRuns())) return { unavailable: 'Docker does not run' };
  let id: string;
  try {
    const { stdout } = await docker(
      ['run', '--detach', '--rm', '--publish', `127.0.0.1:${port}:5672`, IMAGE],
      FETCH,
    );
    id = stdout.trim();
  } catch {
    return { unavailable: `Docker has no image ${IMAGE}` };
  }
  const greets = async (): Promise<string | undefined> => {
    const deadline = performance.now() + START;
    while (performance.now() < deadline) {
      const version = await greeting(port);
      if (version !== undefined) return version;
      await pause(200);
    }
    return undefined;
  };
  const stop = async (): Promise<void> => {
    await docker(['rm', '--force', id]);
  };
  const version = await greets();
  if (version === undefined) {
    await stop();
    return { unavailable: 'RabbitMQ in Docker did not start' };
  }
  return { url: `amqp://guest:guest@127.0.0.1:${port}`, version, stop };
}
