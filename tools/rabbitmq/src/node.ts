import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Server } from './find-server.ts';
import { greeting } from './greeting.ts';
import { type NodePlace, prepareNode } from './node-files.ts';
import type { RabbitNode } from './rabbit.ts';

const run = promisify(execFile);
/** ms until it must greet: Erlang starts slowly on a busy machine. */
const START = 120_000;
/** ms between SIGTERM and SIGKILL. */
const END = 15_000;

/** A node that is not running yet. */
export interface OwnNode extends RabbitNode {
  readonly url: string;
  /** As in its greeting; empty before. */
  version(): string;
  /** Rejects if it does not start; nothing of it runs then. */
  start(): Promise<void>;
  /** SIGTERM, and SIGKILL after 15 s; resolves when the process is gone. */
  stop(): Promise<void>;
  /** SIGKILL, without waiting. */
  abandon(): void;
}

export function createNode({ server, ctl }: Server, place: NodePlace): OwnNode {
  const { folder, port } = place;
  let env: NodeJS.ProcessEnv = {};
  const pidFile = join(folder, 'pid');
  let nodePid: number | undefined;
  let node: ChildProcess | undefined;
  let version = '';

  const signal = (name: NodeJS.Signals): void => {
    try {
      if (nodePid !== undefined) process.kill(nodePid, name);
    } catch {
      // It has already ended.
    }
  };
  const start = async (): Promise<void> => {
    await rm(pidFile, { force: true });
    const child = spawn(server, [], { env, cwd: folder, stdio: 'ignore' });
    child.on('error', () => {});
    node = child;
    const deadline = performance.now() + START;
    for (;;) {
      const greeted = await greeting(port);
      if (greeted !== undefined) {
        version = greeted;
        break;
      }
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error('rabbitmq-server did not start');
      }
      await pause(100);
      // The child is a shell script; the node writes its own pid.
      nodePid = Number(await readFile(pidFile, 'utf8').catch(() => '')) || nodePid;
    }
    nodePid = Number(await readFile(pidFile, 'utf8'));
  };
  const ended = async (): Promise<void> => {
    if (node !== undefined && node.exitCode === null && node.signalCode === null) await once(node, 'exit');
    nodePid = undefined;
  };
  const stop = async (): Promise<void> => {
    signal('SIGTERM');
    const late = setTimeout(() => signal('SIGKILL'), END);
    await ended();
    clearTimeout(late);
  };

  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    version: () => version,
    async start() {
      env = await prepareNode(place);
      try {
        await start();
      } catch (error) {
        signal('SIGKILL');
        node?.kill('SIGKILL');
        await stop();
        throw error;
      }
    },
    stop,
    abandon: () => signal('SIGKILL'),
    async kill() {
      signal('SIGKILL');
      await ended();
    },
    restart: start,
    ctl: async (args) => (await run(ctl, [...args], { env, cwd: folder, timeout: 60_000 })).stdout,
  };
}
