import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { processEnvironment } from './process-environment.ts';
import { root } from './root.ts';

/** The workspace that the demo and `make dev` work in. */
export const WORKSPACE = 'demo';

export interface Credentials {
  /** The key of `WORKSPACE`. */
  readonly apiKey: string;
  /** The key of each workspace, `WORKSPACE` included. */
  readonly apiKeys: ReadonlyMap<string, string>;
  readonly githubSecret: string;
  /** Signs the references that go to providers. */
  readonly linkSecret: string;
  /** The settings for all-in-one, as environment variables. */
  readonly env: Readonly<Record<string, string>>;
}

const newKey = (): string => `hk_${randomBytes(24).toString('base64url')}`;

/**
 * Writes an API key and the secrets that all-in-one reads into a folder. `others`: workspaces that get a key
 * too.
 */
export async function writeCredentials(
  dir: string,
  apiKey = newKey(),
  others: readonly string[] = [],
): Promise<Credentials> {
  const secrets = join(dir, 'secrets');
  const keysFile = join(dir, 'api-keys.yaml');
  // Derived from the key, so that they stay the same as long as it does.
  const derived = (name: string): string => createHash('sha256').update(`${name}:${apiKey}`).digest('hex');
  const githubSecret = derived('github');
  const linkSecret = derived('link-secret');
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  const apiKeys = new Map([
    [WORKSPACE, apiKey],
    ...others.map((workspace) => [workspace, newKey()] as const),
  ]);
  const keys = [...apiKeys].map(([workspace, key]) => {
    const sha256 = createHash('sha256').update(key).digest('hex');
    return { id: workspace === WORKSPACE ? 'local' : workspace, workspace, scopes: ['*'], sha256 };
  });
  await writeFile(keysFile, JSON.stringify({ keys }, undefined, 2), { mode: 0o600 });
  await writeFile(join(dir, 'api-key'), `${apiKey}\n`, { mode: 0o600 });
  await writeFile(join(secrets, `${WORKSPACE}.github`), githubSecret, { mode: 0o600 });
  await writeFile(join(secrets, 'link-secret'), linkSecret, { mode: 0o600 });
  const encryptionKey = Buffer.from(derived('encryption-key'), 'hex').toString('base64');
  await writeFile(join(secrets, 'encryption-key'), encryptionKey, { mode: 0o600 });
  return {
    apiKey,
    apiKeys,
    githubSecret,
    linkSecret,
    env: { API_KEYS_FILE: keysFile, SECRETS_DIR: secrets },
  };
}

export interface Herald {
  /** Resolves when the process logs that it is ready. Rejects when it ends before, or takes too long. */
  readonly ready: Promise<{ readonly http: string; readonly admin: string }>;
  /** Rejects when the process ends by itself. */
  readonly died: Promise<never>;
  /** Ends it with SIGTERM. Gives its exit code, or the signal that ended it. May be called at any time. */
  stop(): Promise<number | string>;
  /** Ends it with SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Freezes it (SIGSTOP) or lets it continue (SIGCONT). */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

/** As in the image: turns traces on where the environment asks for them. */
const PRELOAD = pathToFileURL(join(root, 'libs/telemetry/src/preload.ts')).href;

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 120_000;
const KEPT_LINES = 20;

/**
 * Starts an app (default: all-in-one) or the program in a file as a process. Its log goes to `logFile`. It
 * has a process group of its own: Ctrl-C reaches this process alone, which ends it as an operator would.
 */
export function startHerald(
  env: Readonly<Record<string, string>>,
  logFile: string,
  app = 'all-in-one',
): Herald {
  const main = isAbsolute(app) ? app : join(root, `apps/${app}/src/main.ts`);
  const child = spawn(process.execPath, ['--import', PRELOAD, main], {
    cwd: root,
    env: { ...processEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const log = createWriteStream(logFile, { flags: 'a' });
  const lastLines: string[] = [];
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      process.off('exit', kill);
      log.end();
      resolve(code ?? signal ?? 'unknown');
    });
  });
  const died = ended.then((code): never => {
    throw new Error(`${app} ended by itself (${code}). Its last log lines:\n${lastLines.join('\n')}`);
  });
  const ready = Promise.race([
    readyLine(child, (line) => {
      log.write(`${line}\n`);
      lastLines.push(line);
      if (lastLines.length > KEPT_LINES) lastLines.shift();
    }),
    died,
    timeout(app, START_TIMEOUT_MS, lastLines),
  ]);
  for (const promise of [died, ready]) promise.catch(() => {}); // whoever awaits it handles it
  return {
    ready,
    died,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(kill, STOP_TIMEOUT_MS);
      const code = await ended;
      clearTimeout(timer);
      return code;
    },
    async kill() {
      kill();
      await ended;
    },
    signal: (name) => void child.kill(name),
  };
}

function readyLine(
  child: ChildProcess,
  note: (line: string) => void,
): Promise<{ http: string; admin: string }> {
  let isReady = false;
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        note(line);
        if (isReady) return; // a line for each request may follow: parsing them all would cost time
        const { msg, host, port, adminPort } = parsed(line);
        isReady = msg === 'ready';
        if (isReady) resolve({ http: `http://${host}:${port}`, admin: `http://${host}:${adminPort}` });
      });
    }
  });
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}

function timeout(app: string, ms: number, lastLines: readonly string[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void =>
      reject(
        new Error(`${app} was not ready after ${ms / 1000} s. Its last log lines:\n${lastLines.join('\n')}`),
      );
    setTimeout(fail, ms).unref();
  });
}
