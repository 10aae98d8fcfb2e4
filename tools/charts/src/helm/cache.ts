import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder for programs that are downloaded or built once per machine. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'herald', 'charts');

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * A folder in the cache in which to build a program before it is renamed into place; removed afterwards.
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
