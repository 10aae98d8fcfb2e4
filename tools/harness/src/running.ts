import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The state of a command that keeps running, in a file, so that other commands find it. */
export interface Running<State> {
  /** What a process that still runs has written. Undefined: none runs. */
  read(): Promise<(State & { readonly pid: number }) | undefined>;
  /** Writes the state of this process, readable by its user alone. */
  write(state: State): Promise<void>;
  remove(): Promise<void>;
}

/**
 * `script`: a part of the command line that identifies the process. Its number alone may belong to another
 * process by now.
 */
export function createRunning<State extends object>(file: string, script: string): Running<State> {
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      const state: State & { pid: number } = JSON.parse(text);
      return (await runs(state.pid, script)) ? state : undefined;
    },
    async write(state) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(`${file}.new`, JSON.stringify({ ...state, pid: process.pid }), { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
    remove: () => rm(file, { force: true }),
  };
}

async function runs(pid: number, script: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (command !== undefined) return command.includes(script);
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux';
  } catch {
    return false;
  }
}
