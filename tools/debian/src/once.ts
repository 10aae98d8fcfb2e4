import { access, mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** ms between two signs of life of a lock's holder. */
const BEAT = 2_000;

/** The user's cache folder for what Herald's tools build: `XDG_CACHE_HOME`, else `~/.cache`. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'herald');

/**
 * Returns `path`, which is built once on this machine, however many processes ask. `build` makes it under a
 * draft name, which is renamed when complete, so that a crash leaves nothing half built. Rejects with the
 * error of `build`.
 */
export async function buildOnce(path: string, build: (draft: string) => Promise<void>): Promise<string> {
  if (await exists(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  return locked(`${path}.lock`, async () => {
    if (await exists(path)) return path;
    const draft = `${path}.${process.pid}`;
    try {
      await build(draft);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
    return path;
  });
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Runs `work` while no other process on this machine holds the lock. The lock is a folder whose time is kept
 * fresh; a stale one was left by a crash.
 */
async function locked<T>(lock: string, work: () => Promise<T>): Promise<T> {
  while (!(await acquire(lock))) await pause(200);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => {});
  }, BEAT);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(lock, { recursive: true, force: true });
  }
}

async function acquire(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > 5 * BEAT) await rm(lock, { recursive: true, force: true });
    return false;
  }
}
