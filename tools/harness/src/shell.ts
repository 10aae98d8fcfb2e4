import { writeFile } from 'node:fs/promises';

/**
 * Writes a file for a shell to read (`. file`): where Herald is, and the key to it, as `HERALD_URL` and
 * `HERALD_KEY`.
 */
export const writeShellFile = (file: string, url: string, apiKey: string): Promise<void> =>
  writeFile(file, `export HERALD_URL='${url}' HERALD_KEY='${apiKey}'\n`, { mode: 0o600 });
