import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces `file` as a whole: after a crash it has the old content or the new one, and once this returns the
 * new one. Only the owner may read it, and the directory if it is made here. Blocks: use it at the start, not
 * in requests.
 */
export function writeDurably(file: string, content: string): void {
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.draft`;
  synced(draft, 'w', (handle) => writeSync(handle, content));
  renameSync(draft, file);
  // The rename itself is durable only once the directory is.
  synced(directory, 'r', () => {});
}

function synced(path: string, flags: string, work: (handle: number) => void): void {
  const handle = openSync(path, flags, 0o600);
  try {
    work(handle);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
