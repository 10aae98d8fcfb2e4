import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Unavailable } from './start.ts';

const run = promisify(execFile);

/** Paths of the two programs. */
export interface Server {
  readonly server: string;
  readonly ctl: string;
  readonly epmd: string;
}

/** Debian's programs on the PATH change the user and the folder; these do not. */
const DEBIAN = '/usr/lib/rabbitmq/bin';

/** The server's programs; installs Debian's package if there are none and we may. */
export async function findServer(): Promise<Server | Unavailable> {
  const present = await programs();
  if (present !== undefined) return present;
  if (process.getuid?.() !== 0 || (await onPath('apt-get')) === undefined) {
    return { unavailable: 'no rabbitmq-server on the PATH, and it cannot be installed (not root on Debian)' };
  }
  try {
    await install();
  } catch {
    return { unavailable: 'no rabbitmq-server on the PATH, and apt-get could not install it' };
  }
  return (await programs()) ?? { unavailable: 'apt-get installed rabbitmq-server, but it is not there' };
}

async function install(): Promise<void> {
  // RUNLEVEL=1: the package must not start a server of its own.
  const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-qq', '-o', 'DPkg::Lock::Timeout=120'];
  const options = { env, timeout: 240_000 };
  await run('apt-get', [...wait, 'update'], options).catch(() => {});
  await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', 'rabbitmq-server'], options);
}

async function programs(): Promise<Server | undefined> {
  const [server, ctl, epmd] = await Promise.all([
    onPath('rabbitmq-server', [DEBIAN]),
    onPath('rabbitmqctl', [DEBIAN]),
    onPath('epmd'),
  ]);
  return server === undefined || ctl === undefined || epmd === undefined ? undefined : { server, ctl, epmd };
}

async function onPath(program: string, first: readonly string[] = []): Promise<string | undefined> {
  for (const folder of [...first, ...(process.env.PATH ?? '').split(delimiter)]) {
    const path = join(folder, program);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}
