import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Build } from './build.ts';
import { environmentOf, lastOf } from './dockerfile.ts';

const run = promisify(execFile);
/** ms */
const START = 30_000;

export interface Running {
  /** Base URL of the admin port. */
  readonly admin: string;
  /** Ends it with SIGTERM. Gives its exit code, or the signal that ended it. */
  stop(): Promise<number | string | null>;
}

/**
 * Runs what an image would run: its CMD in its WORKDIR, with its ENV and the given variables, in a tree where
 * nothing can be written; as its USER, where this process may change its user. Only HOST differs: loopback.
 */
export function createRunner(build: Build, dir: string) {
  const user =
    process.getuid?.() === 0
      ? Number((lastOf(build.stages, 'runtime', 'USER') ?? '').split(':')[0])
      : undefined;
  const node = prepareNode(dir);

  const start = async (stage: string, command: readonly string[], env: Readonly<Record<string, string>>) => {
    const folder = await build.files(stage);
    await setWritable(folder, false);
    const child = spawn(command[0] ?? '', command.slice(1), {
      cwd: join(folder, 'herald'),
      env: { ...environmentOf(build.stages, stage), ...env, PATH: await node, HOST: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    process.once('exit', () => child.kill('SIGKILL'));
    return child;
  };

  return {
    /** Makes the image's user the owner of a folder and its content. */
    async own(folder: string): Promise<void> {
      if (user === undefined) return;
      for (const entry of ['', ...(await readdir(folder, { recursive: true }))]) {
        await chown(join(folder, entry), user, user);
      }
    },
    /** Starts an image by its CMD. Resolves when it is ready. */
    async boot(stage: string, env: Readonly<Record<string, string>>): Promise<Running> {
      const command: string[] = JSON.parse(lastOf(build.stages, stage, 'CMD') ?? '[]');
      const child = await start(stage, command, { ...env, PORT: '0', ADMIN_PORT: '0' });
      const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
      const port = await readyPort(child, stage);
      return {
        admin: `http://127.0.0.1:${port}`,
        async stop() {
          child.kill('SIGTERM');
          return ended;
        },
      };
    },
    /** Runs a command in an image to its end. Gives its exit code and output. */
    async exec(stage: string, command: readonly string[], env: Readonly<Record<string, string>>) {
      const child = await start(stage, command, env);
      const said = outputOf(child);
      const [code] = await once(child, 'close');
      return { code, output: said.join('\n') };
    },
  };
}

/** A folder with only Node that any user may read, like in the image. */
async function prepareNode(dir: string): Promise<string> {
  const bin = join(dir, 'node');
  await mkdir(bin);
  await copyFile(process.execPath, join(bin, 'node'));
  await chmod(join(bin, 'node'), 0o755);
  await chmod(dir, 0o755);
  return bin;
}

/**
 * Makes the folders of a tree read-only, or writable again. Files are left as they are: they may be hard
 * links to files of others.
 */
export async function setWritable(folder: string, writable: boolean): Promise<void> {
  await run('find', [folder, '-type', 'd', '-exec', 'chmod', writable ? '0755' : '0555', '{}', '+']);
}

function outputOf(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  return lines;
}

async function readyPort(child: ChildProcess, stage: string): Promise<number> {
  const lines = outputOf(child);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (why: string): void => reject(new Error(`${stage} ${why}:\n${lines.join('\n')}`));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = line.startsWith('{') ? JSON.parse(line) : {};
      if (said.msg === 'ready') resolve(said.adminPort);
    });
  }
  child.once('close', () => fail('ended'));
  const late = setTimeout(() => fail(`was not ready after ${START / 1000} s`), START);
  return promise.finally(() => clearTimeout(late));
}
