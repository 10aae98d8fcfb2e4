import { execFile } from 'node:child_process';
import type { Programs } from './find.ts';

/** Runs promtool; resolves with what it printed, and whether it was content. */
export const runPromtool = (
  { promtool }: Programs,
  args: readonly string[],
): Promise<{ ok: boolean; output: string }> =>
  new Promise((resolve) => {
    execFile(promtool, [...args], { timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, output: `${stdout}${stderr}` }),
    );
  });
