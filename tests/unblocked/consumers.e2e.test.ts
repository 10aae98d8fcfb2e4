import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { writeCredentials } from '@herald/harness';
import { expect, test } from 'vitest';

test('no message holds the event loop, whatever its body, on any queue', { timeout: 200_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'herald-unblocked-'));
  try {
    const { env, apiKey } = await writeCredentials(dir);
    const here = (name: string): string => join(import.meta.dirname, name);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', pathToFileURL(here('watch-loop.ts')).href, here('consumers-main.ts')],
      {
        env: {
          PATH: process.env.PATH ?? '',
          ...env,
          DATA_DIR: dir,
          API_KEY: apiKey,
          LOOP_SOCKET: join(dir, 'loop.sock'),
        },
      },
    );
    const { tried, found } = JSON.parse(stdout) as { tried: number; found: string[] };
    expect(tried).toBeGreaterThan(40);
    expect(found).toEqual([]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
