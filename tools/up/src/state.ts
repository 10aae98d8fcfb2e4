import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '@herald/harness';

/** Where keys, secrets and the log of `make up` are. */
export const folder = join(root, '.tmp/up');
const file = join(folder, 'state.json');

/** What `make up` has started: its supervisor, and where everything is. */
export interface State {
  readonly pid: number;
  readonly apiKey: string;
  readonly broker: string;
  readonly database: string;
  readonly services: readonly { readonly name: string; readonly api: string; readonly admin: string }[];
}

export async function writeState(state: State): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** What is up now; undefined when nothing is, or its supervisor is gone. */
export async function readState(): Promise<State | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const state: State = JSON.parse(text);
  return (await isSupervisor(state.pid)) ? state : undefined;
}

export const removeState = (): Promise<void> => rm(file, { force: true });

/** Whether a process is ours: its number may have been given to another since. */
async function isSupervisor(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (command !== undefined) return command.includes('tools/up/src/supervise.ts');
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux';
  } catch {
    return false;
  }
}
