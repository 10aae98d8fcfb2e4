import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

export interface Tree {
  /** Every file, relative to the folder. Links are not followed. */
  readonly files: readonly string[];
  /** Every link, relative to the folder. */
  readonly links: readonly string[];
  /** Links that are broken or lead out of the folder. */
  readonly badLinks: readonly string[];
  readonly bytes: number;
}

/** Reads the content of a folder. */
export async function readTree(folder: string): Promise<Tree> {
  const base = await realpath(folder);
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  const links: string[] = [];
  const badLinks: string[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) {
      links.push(relative(base, path));
      const end = await realpath(path).catch(() => '');
      if (!end.startsWith(base + sep)) badLinks.push(`${relative(base, path)} -> ${end || 'nothing'}`);
    } else if (entry.isFile()) {
      files.push(relative(base, path));
      bytes += (await lstat(path)).size;
    }
  }
  return { files, links, badLinks, bytes };
}
