import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const clock = join(import.meta.dirname, 'skewed-clock.ts');

test('a process that loads it has another wall time, and the same durations', async () => {
  const script = `
    const begun = performance.now();
    const shown = [Date.now(), new Date().getTime(), new Date(5).getTime(), new Date() instanceof Date];
    setTimeout(() => console.log(JSON.stringify([...shown, performance.now() - begun])), 20);
  `;
  const env = { CLOCK_SKEW_MS: '600000', NODE_OPTIONS: `--import=${clock}` };
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script], { env });
  const [now, fresh, given, isDate, waited] = JSON.parse(stdout);
  for (const shown of [now, fresh]) expect(Math.abs(shown - 600_000 - Date.now())).toBeLessThan(30_000);
  expect({ given, isDate }).toEqual({ given: 5, isDate: true });
  expect(waited).toBeLessThan(10_000);
});
