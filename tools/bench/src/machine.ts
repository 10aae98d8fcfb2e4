import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** The machine that the figures are from. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly rabbitmq: string;
  readonly database: string;
}

export const machineOf = (rabbitmq: string, database: string): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  rabbitmq,
  database,
});

/** The load average of the last minute. */
export const loadAverage = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100;

interface CpuTimes {
  readonly all: number;
  readonly idle: number;
}

/** The time of all cores, and how much of it was idle. Undefined: the system does not say. */
async function cpuTimes(): Promise<CpuTimes | undefined> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => '');
  const numbers = stat.split('\n')[0]?.split(/\s+/).slice(1, 9).map(Number);
  if (numbers === undefined || numbers.length < 8) return undefined;
  return { all: numbers.reduce((sum, n) => sum + n, 0), idle: (numbers[3] ?? 0) + (numbers[4] ?? 0) };
}

/** The share of a second in which other programs keep the machine busy. Call it before any work begins. */
export async function sharedWithOthers(): Promise<number> {
  const before = await cpuTimes();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const after = await cpuTimes();
  if (before === undefined || after === undefined || after.all === before.all) return Number.NaN;
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}
