import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where a program is: in the `first` folders, then on the PATH; undefined if nowhere. */
export async function onPath(program: string, first: readonly string[] = []): Promise<string | undefined> {
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
