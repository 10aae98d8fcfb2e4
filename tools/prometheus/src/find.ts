import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths of the two programs. */
export interface Programs {
  readonly prometheus: string;
  readonly promtool: string;
}

/** Why there are none, in words. */
export interface Unavailable {
  readonly unavailable: string;
}

/** Prometheus and promtool from the PATH; as root on Debian, from its package, which is installed and not started. Never rejects. */
export async function findPrometheus(): Promise<Programs | Unavailable> {
  const present = await programs();
  if (present !== undefined) return present;
  if (process.getuid?.() !== 0 || (await onPath('apt-get')) === undefined) {
    return { unavailable: 'no prometheus on the PATH, and it cannot be installed (not root on Debian)' };
  }
  try {
    await install();
  } catch {
    return { unavailable: 'no prometheus on the PATH, and apt-get could not install it' };
  }
  return (await programs()) ?? { unavailable: 'apt-get installed prometheus, but it is not there' };
}

async function install(): Promise<void> {
  // RUNLEVEL=1: the package must not start a server of its own.
  const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-qq', '-o', 'DPkg::Lock::Timeout=120'];
  const options = { env, timeout: 240_000 };
  await run('apt-get', [...wait, 'update'], options).catch(() => {});
  await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', 'prometheus'], options);
}

async function programs(): Promise<Programs | undefined> {
  const [prometheus, promtool] = await Promise.all([onPath('prometheus'), onPath('promtool')]);
  return prometheus === undefined || promtool === undefined ? undefined : { prometheus, promtool };
}

async function onPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
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
