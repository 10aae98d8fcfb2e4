import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const RECORD = new URL('./testing/record-loads.ts', import.meta.url).href;
const PRELOAD = new URL('./preload.ts', import.meta.url).href;

/** What a process with the preload has loaded by its end. */
async function loadedWith(env: Record<string, string>): Promise<string[]> {
  const { stdout } = await run(process.execPath, ['--import', RECORD, '--import', PRELOAD, '--eval', ''], {
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('the preload', () => {
  it('loads nothing of OpenTelemetry while traces are off', async () => {
    const loaded = await loadedWith({});
    expect(loaded.some((url) => url.endsWith('/telemetry/src/preload.ts'))).toBe(true);
    expect(loaded.filter((url) => url.includes('opentelemetry'))).toEqual([]);
  });

  it('loads it when they are on', async () => {
    const loaded = await loadedWith({ OTEL_TRACES_EXPORTER: 'console' });
    expect(loaded.some((url) => url.includes('@opentelemetry'))).toBe(true);
  });

  it('ends the process with what is wrong in the environment, in words', async () => {
    const failing = loadedWith({ OTEL_TRACES_EXPORTER: 'jaeger' });
    await expect(failing).rejects.toMatchObject({
      code: 1,
      stderr:
        'The configuration has a fault:\n  OTEL_TRACES_EXPORTER is "jaeger"; expected otlp or console\n',
    });
  });
});
