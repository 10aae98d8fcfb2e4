import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** The root of the repository. */
export const root = join(import.meta.dirname, '../../..');

/**
 * Runs a shell command at the root, with the project's own tools first on the PATH. Its output is shown as it
 * comes. Gives the exit code; 1 when a signal ended the command.
 */
export function run(command: string, args: readonly string[] = []): Promise<number> {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: args.length === 0,
    env: { ...process.env, PATH: join(root, 'node_modules/.bin') + delimiter + (process.env.PATH ?? '') },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
