import { execFile } from 'node:child_process';
import type { Programs } from './find.ts';

/**
 * Runs promtool with `input` on its standard input; resolves with what it printed and whether it found no
 * fault.
 */
export const runPromtool = (
  { promtool }: Pick<Programs, 'promtool'>,
  args: readonly string[],
  input = '',
): Promise<{ ok: boolean; output: string }> =>
  new Promise((resolve) => {
    const child = execFile(promtool, [...args], { timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, output: `${stdout}${stderr}` }),
    );
    child.stdin?.end(input);
  });
