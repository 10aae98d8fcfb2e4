import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Inbox, openInbox } from '@herald/harness';

/** The whole system, running, with two workspaces. */
export interface Whole {
  readonly acme: Client;
  readonly stranger: Client;
  /** A client without a key. */
  readonly nobody: Client;
  /** Every API port, and every admin port. */
  readonly bases: readonly string[];
  readonly admins: readonly string[];
  readonly inbox: Inbox;
  readonly logFile: string;
  /** The ISO 8601 duration of a wait that ends after about two seconds of wall time. */
  readonly pause: string;
  /** Restarts each process by SIGTERM on the same data. Gives the exit codes. */
  restart(): Promise<(number | string)[]>;
  stop(): Promise<void>;
}

export const GITHUB_SECRET = 'a-secret-of-acme-alone';

/** What every set-up has: keys, secrets, an inbox, and clients once the address of the API is known. */
export interface Installation {
  readonly dir: string;
  readonly logFile: string;
  readonly inbox: Inbox;
  readonly env: Readonly<Record<string, string>>;
  clients(base: Parameters<typeof createClient>[0]): Pick<Whole, 'acme' | 'stranger' | 'nobody'>;
}

export async function install(): Promise<Installation> {
  const dir = await mkdtemp(join(tmpdir(), 'herald-whole-'));
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
  return {
    dir,
    logFile: join(dir, 'log.jsonl'),
    inbox,
    env: {
      API_KEYS_FILE: join(dir, 'keys.yaml'),
      SECRETS_DIR: join(dir, 'secrets'),
      SMTP_URL: inbox.url,
      SENDER: 'Herald <herald@example.com>',
    },
    clients: (base) => ({
      acme: createClient(base, keys.acme),
      stranger: createClient(base, keys.stranger),
      nobody: createClient(base),
    }),
  };
}
