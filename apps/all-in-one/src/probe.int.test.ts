import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { processEnvironment } from '@herald/harness/process-environment';
import { expect, it, onTestFinished } from 'vitest';

/** What `helm test` runs in ingest's image. */
const PROBE = join(import.meta.dirname, '../../ingest/src/probe/main.ts');

/** Starts Herald in one process; gives where it is, and the key that its first start made. */
async function startHerald(): Promise<{ url: string; key: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'herald-probe-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...processEnvironment(), PORT: '0', ADMIN_PORT: '0', DATA_DIR: directory },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let key = '';
  for await (const line of createInterface(child.stdout)) {
    key ||= /your API key .* is (\S+)/.exec(line)?.[1] ?? '';
    if (!line.includes('"msg":"ready"')) continue;
    child.stdout.resume();
    return { url: `http://127.0.0.1:${JSON.parse(line).port}`, key };
  }
  throw new Error('Herald ended before it was ready');
}

async function probe(url: string, key: string): Promise<{ code: number | null; text: string }> {
  const env = { INGEST_URL: url, EVENT_HANDLER_URL: url, API_KEY: key };
  const child = spawn(process.execPath, [PROBE], { env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += String(part)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text };
}

it('the probe of the charts sees its event come through a running Herald, and says why it does not', async () => {
  const { url, key } = await startHerald();
  const good = await probe(url, key);
  expect(good.text).toMatch(/^Event probe-\S+ went through ingest and is in the log, after \d+ ms\.\n$/);
  expect(good.code).toBe(0);
  const refused = await probe(url, `${key}x`);
  expect(refused.text).toContain('ingest answered 401');
  expect(refused.text).not.toContain(key);
  expect(refused.code).toBe(1);
});
