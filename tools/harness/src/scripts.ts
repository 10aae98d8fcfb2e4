import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { processEnvironment } from './process-environment.ts';
import { root } from './root.ts';

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a script of an app to its end. */
function runScript(
  script: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    env: { ...processEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

/** Replays a data directory that no process uses. */
export const runReplay = (env: Readonly<Record<string, string>>, args: readonly string[]): Promise<Ended> =>
  runScript('apps/all-in-one/src/replay.ts', env, args);

/** Creates the collections and indexes that the database lacks. */
export async function migrateStore(env: Readonly<Record<string, string>>): Promise<void> {
  const { code, output } = await runScript('apps/event-handler/src/migrate.ts', env, []);
  if (code !== 0) throw new Error(output);
}
