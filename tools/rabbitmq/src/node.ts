import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '@herald/harness/port';
import type { Server } from './find-server.ts';
import { greeting } from './greeting.ts';
import type { Rabbit } from './rabbit.ts';

const run = promisify(execFile);
/** ms until it must greet: Erlang starts slowly on a busy machine. */
const START = 120_000;
/** ms between SIGTERM and SIGKILL. */
const END = 15_000;

/**
 * Starts a node on loopback alone, with its files in a temporary folder and its own port mapper (epmd).
 * Rejects if it does not start.
 */
export async function startNode({ server, ctl, epmd }: Server): Promise<Rabbit> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-rabbitmq-'));
  const [port, dist, mapper] = await Promise.all([freePort(), freePort(), freePort()]);
  const env = await prepare(folder, { port, dist, mapper });
  const pidFile = join(folder, 'pid');
  let nodePid: number | undefined;
  let node: ChildProcess | undefined;
  let version = '';
  const mapping = spawn(epmd, ['-address', '127.0.0.1', '-port', String(mapper)], { env, stdio: 'ignore' });
  mapping.on('error', () => {});

  const signal = (name: NodeJS.Signals): void => {
    try {
      if (nodePid !== undefined) process.kill(nodePid, name);
    } catch {
      // It has already ended.
    }
  };
  // Nothing may be left running if this process ends without `stop`.
  const abandon = (): void => {
    signal('SIGKILL');
    mapping.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', abandon);

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
    mapping.kill();
    process.off('exit', abandon);
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await start();
  } catch (error) {
    signal('SIGKILL');
    node?.kill('SIGKILL');
    await stop();
    throw error;
  }
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    version,
    stop,
    node: {
      async kill() {
        signal('SIGKILL');
        await ended();
      },
      restart: start,
      ctl: async (args) => (await run(ctl, [...args], { env, cwd: folder, timeout: 60_000 })).stdout,
    },
  };
}

interface Ports {
  readonly port: number;
  readonly dist: number;
  readonly mapper: number;
}

async function prepare(folder: string, { port, dist, mapper }: Ports): Promise<NodeJS.ProcessEnv> {
  const onLoopback = '-kernel inet_dist_use_interface {127,0,0,1}';
  await writeFile(
    join(folder, 'rabbitmq.conf'),
    [`listeners.tcp.1 = 127.0.0.1:${port}`, 'log.console = false', 'log.file.level = warning', ''].join('\n'),
  );
  await writeFile(join(folder, 'enabled_plugins'), '[].\n');
  await writeFile(join(folder, 'env.conf'), '');
  // ms until a node that was killed repeats an at-least-once dead-lettering that was under way. Default: 3
  // minutes.
  const again = '[{rabbit, [{dead_letter_worker_publisher_confirm_timeout, 2000}]}].\n';
  await writeFile(join(folder, 'advanced.config'), again);
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    // For Erlang's cookie.
    HOME: folder,
    RABBITMQ_NODENAME: `herald-${randomBytes(4).toString('hex')}@localhost`,
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_DIST_PORT: String(dist),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: onLoopback,
    RABBITMQ_CTL_ERL_ARGS: onLoopback,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(mapper),
  };
}
