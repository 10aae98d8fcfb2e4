import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Unavailable } from '@herald/debian';
import { answersAmqp, freePort } from './answers.ts';
import type { Rabbit } from './start.ts';

const run = promisify(execFile);
const IMAGE = 'rabbitmq:4.3.5';
/** ms; the image may have to be fetched first. */
const FETCH = 300_000;
const START = 120_000;

/** A container of our own, its port on loopback. */
export async function startInDocker(): Promise<Rabbit | Unavailable> {
  const port = await freePort();
  const docker = (args: string[], timeout = 60_000) => run('docker', args, { timeout });
  let id: string;
  try {
    await docker(['info'], 10_000);
    const { stdout } = await docker(
      ['run', '--detach', '--rm', '--publish', `127.0.0.1:${port}:5672`, IMAGE],
      FETCH,
    );
    id = stdout.trim();
  } catch {
    return { unavailable: 'Docker does not run or has no image of RabbitMQ' };
  }
  const greets = async (): Promise<boolean> => {
    const deadline = performance.now() + START;
    while (performance.now() < deadline) {
      if (await answersAmqp(port)) return true;
      await pause(200);
    }
    return false;
  };
  const stop = async (): Promise<void> => {
    await docker(['rm', '--force', id]);
  };
  if (!(await greets())) {
    await stop();
    return { unavailable: 'RabbitMQ in Docker did not start' };
  }
  return { url: `amqp://guest:guest@127.0.0.1:${port}`, stop };
}
