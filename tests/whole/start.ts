import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Client,
  createClient,
  freePort,
  type Herald,
  type Inbox,
  openInbox,
  startHerald,
} from '@herald/harness';

/** The whole system as a process, with two workspaces that are strangers to each other. */
export interface Whole {
  readonly acme: Client;
  readonly stranger: Client;
  /** A caller without a key. */
  readonly nobody: Client;
  readonly http: string;
  readonly admin: string;
  readonly inbox: Inbox;
  readonly dir: string;
  readonly logFile: string;
  /** Ends it with SIGTERM and starts it again on the same data. Gives the exit code. */
  restart(): Promise<number | string>;
  stop(): Promise<void>;
}

export const GITHUB_SECRET = 'a-secret-of-acme-alone';

/** Starts it with a clock that runs `rate` times as fast as the wall. */
export async function startWhole(rate = 1): Promise<Whole> {
  const dir = await mkdtemp(join(tmpdir(), 'herald-whole-'));
  const logFile = join(dir, 'log.jsonl');
  const inbox = await openInbox();
  const keys = {
    acme: randomBytes(24).toString('base64url'),
    stranger: randomBytes(24).toString('base64url'),
  };
  const file = Object.entries(keys).map(([workspace, key]) => ({
    id: `${workspace}-key`,
    workspace,
    scopes: ['*'],
    sha256: createHash('sha256').update(key).digest('hex'),
  }));
  await writeFile(join(dir, 'keys.yaml'), JSON.stringify({ keys: file }));
  await mkdir(join(dir, 'secrets'));
  await writeFile(join(dir, 'secrets/acme.github'), GITHUB_SECRET);
  await writeFile(join(dir, 'secrets/link-secret'), randomBytes(32).toString('base64url'));
  const port = await freePort();
  const env = {
    PORT: String(port),
    ADMIN_PORT: '0',
    DATA_DIR: join(dir, 'data'),
    API_KEYS_FILE: join(dir, 'keys.yaml'),
    SECRETS_DIR: join(dir, 'secrets'),
    SMTP_URL: inbox.url,
    SENDER: 'Herald <herald@example.com>',
    CLOCK_RATE: String(rate),
  };
  const http = `http://127.0.0.1:${port}`;
  let herald: Herald = startHerald(env, logFile);
  let { admin } = await herald.ready;
  return {
    acme: createClient(http, keys.acme),
    stranger: createClient(http, keys.stranger),
    nobody: createClient(http),
    http,
    get admin() {
      return admin;
    },
    inbox,
    dir,
    logFile,
    async restart() {
      const code = await herald.stop();
      herald = startHerald(env, logFile);
      ({ admin } = await herald.ready);
      return code;
    },
    async stop() {
      await herald.stop();
      await inbox.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
