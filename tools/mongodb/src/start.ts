import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type Started = { readonly uri: string; stop(): Promise<void> } | { readonly unavailable: string };
export type Start = () => Promise<Started>;

export const run = promisify(execFile);

/** The first line of an error, for `unavailable`. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);

export const isInstalled = async (command: string, argument: string): Promise<boolean> =>
  run(command, [argument], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'herald-mongodb-'));
export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** Ends a process with SIGTERM, after 5 s with SIGKILL; resolves when it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const deadline = setTimeout(() => child.kill('SIGKILL'), 5_000);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(deadline);
}
