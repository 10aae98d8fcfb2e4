import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '@herald/harness';
import type { Outcome } from './benchmark.ts';
import { benchmarks } from './benchmarks/index.ts';
import { loadAverage, machineOf, sharedWithOthers } from './machine.ts';
import { runOne } from './run-one.ts';
import { startServers } from './servers.ts';
import { table } from './table.ts';

/**
 * Runs the benchmarks, or those that ONLY names, prints a table of each and writes all figures to
 * `.tmp/bench.json`. Exits with 1 when one fails or lost or doubled something. Aims do not change the exit
 * code.
 */
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const only = process.env.ONLY?.split(',').filter((name) => name !== '') ?? [];
const quick = (process.env.QUICK ?? '') !== '';
const unknown = only.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  say(`There is no ${unknown.join(', ')}. There are: ${benchmarks.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const chosen = benchmarks.filter(({ name }) => only.length === 0 || only.includes(name));

const before = await sharedWithOthers();
const servers = await startServers();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const machine = machineOf(servers.rabbitmq, servers.database);
say(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}`);
say(`RabbitMQ ${machine.rabbitmq}, database ${machine.database}`);
say('Load generator, Herald, RabbitMQ, database and mail server all run on this machine.');
if (before > 0.1)
  say(`Something else keeps ${Math.round(before * 100)} % of the machine busy: figures are too low.`);

const results: object[] = [];
for (const benchmark of chosen) {
  const { name, what } = benchmark;
  const startedAt = new Date().toISOString();
  const load = loadAverage();
  const busy = await sharedWithOthers();
  say(`\n## ${name}: ${what}`);
  try {
    const env = { ...servers.env, BENCH_QUICK: quick ? '1' : '' };
    const outcome: Outcome = await runOne(benchmark, env);
    say(table(outcome.figures));
    say(`exact: ${outcome.delivery}`);
    for (const note of outcome.notes ?? []) say(note);
    results.push({ name, what, startedAt, load, busy, ...outcome });
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    say(`does not count: ${failure}`);
    results.push({ name, what, startedAt, load, busy, failure });
    process.exitCode = 1;
  }
  say(`load average before: ${load}; the machine was ${Math.round(busy * 100)} % busy before it began`);
}
await servers.stop();
await mkdir(join(root, '.tmp'), { recursive: true });
await writeFile(join(root, '.tmp/bench.json'), JSON.stringify({ machine, quick, before, results }, null, 2));
say('\nWritten to .tmp/bench.json');
process.exit();
