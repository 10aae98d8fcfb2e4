import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Outcome } from './benchmark.ts';

/**
 * Runs a benchmark in a process, and ends it when its time is over. Rejects with its output when it fails.
 */
export async function runOne(benchmark: Benchmark, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const dir = await mkdtemp(join(tmpdir(), 'herald-bench-result-'));
  const file = join(dir, 'result.json');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'one.ts'), benchmark.name, file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, benchmark.limit * 1000);
  try {
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (late) throw new Error(`it was not over after ${benchmark.limit} s`);
    if (code !== 0) throw new Error(said.trim() || `it ended with ${code}`);
    return JSON.parse(await readFile(file, 'utf8')) as Outcome;
  } finally {
    clearTimeout(timer);
    process.off('exit', end);
    await rm(dir, { recursive: true, force: true });
  }
}
