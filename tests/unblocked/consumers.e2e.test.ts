import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { processEnvironment, writeCredentials } from '@herald/harness';
import { expect, test } from 'vitest';

const WATCH = new URL('./watch-loop.ts', import.meta.url);
const MAIN = new URL('./consumers-main.ts', import.meta.url);

test('no message holds the event loop, whatever its body, on any queue', { timeout: 200_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'herald-unblocked-'));
  try {
    const { env, apiKey } = await writeCredentials(dir);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', WATCH.href, fileURLToPath(MAIN)],
      {
        env: {
          ...processEnvironment(),
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
