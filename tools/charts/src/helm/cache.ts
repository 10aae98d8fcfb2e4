import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where programs are kept that were brought once for this machine. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'herald', 'charts');

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * A folder in the cache to make a program in, so that it can be renamed into its place; removed afterwards.
 */
export async function inMakingFolder(work: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'making-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
