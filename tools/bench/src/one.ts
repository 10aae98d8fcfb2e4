import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ground } from './benchmark.ts';
import { benchmarks } from './benchmarks/index.ts';

/** Runs one benchmark in a process, so that none inherits memory or open ports of another. */
const [, , name = '', resultFile = ''] = process.argv;
const {
  BENCH_QUICK,
  BENCH_AMQP_URL,
  BENCH_MONGODB_URI,
  BENCH_MONGODB_KIND,
  BENCH_MISSING = '',
} = process.env;
process.on('SIGTERM', () => process.exit(1)); // what it started ends with this process

const benchmark = benchmarks.find((one) => one.name === name);
if (benchmark === undefined) throw new Error(`no benchmark ${name}`);
const needed = (value: string | undefined): string => {
  if (value === undefined) throw new Error(`there is no ${BENCH_MISSING}`);
  return value;
};
const ground: Ground = {
  dir: await mkdtemp(join(tmpdir(), 'herald-bench-')),
  quick: BENCH_QUICK === '1',
  rabbit: () => needed(BENCH_AMQP_URL),
  mongo: () => ({ uri: needed(BENCH_MONGODB_URI), kind: BENCH_MONGODB_KIND ?? '' }),
};
try {
  await writeFile(resultFile, JSON.stringify(await benchmark.run(ground)));
} finally {
  await rm(ground.dir, { recursive: true, force: true });
}
process.exit(0);
