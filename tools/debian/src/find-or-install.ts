import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { onPath } from './on-path.ts';

const run = promisify(execFile);

/** What a finder answers instead of rejecting. */
export interface Unavailable {
  /** The reason, in words. */
  readonly unavailable: string;
}

/**
 * What `look` finds. If that is nothing, and this is root on Debian, installs the package and looks again;
 * the package's services are not started. Rejects only if `look` does.
 */
export async function findOrInstall<T>(
  debianPackage: string,
  look: () => Promise<T | undefined>,
): Promise<T | Unavailable> {
  const present = await look();
  if (present !== undefined) return present;
  const absent = `no ${debianPackage} on the PATH`;
  if (process.getuid?.() !== 0 || (await onPath('apt-get')) === undefined)
    return { unavailable: `${absent}, and it cannot be installed (not root on Debian)` };
  try {
    await install(debianPackage);
  } catch {
    return { unavailable: `${absent}, and apt-get could not install it` };
  }
  return (await look()) ?? { unavailable: `apt-get installed ${debianPackage}, but it is not there` };
}

async function install(debianPackage: string): Promise<void> {
  // RUNLEVEL=1: the package must not start a server of its own.
  const env = { ...process.env, RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-qq', '-o', 'DPkg::Lock::Timeout=120'];
  const options = { env, timeout: 240_000 };
  await run('apt-get', [...wait, 'update'], options).catch(() => {});
  await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', debianPackage], options);
}
