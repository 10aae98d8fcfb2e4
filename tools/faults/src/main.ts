import { startTestCluster, startTestRabbit } from '@herald/rabbitmq-server';
import type { Fault } from './fault.ts';
import { allFaults } from './faults/index.ts';
import { runFaults } from './run-faults.ts';
import { openGround } from './servers/ground.ts';
import { isBad, printed, type Row } from './table.ts';

/**
 * `make faults`: all faults in their long form; with SHORT=1 the short selection in the short form. ONLY=word
 * runs those whose name has the word. Exit code 0 only if nothing was lost or doubled and nothing is
 * otherwise bad; 2 when there are no servers.
 */
const { SHORT = '', ONLY = '' } = process.env;
const long = SHORT === '';
const started = performance.now();
const say = (line: string): void => {
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${String(seconds).padStart(4)} s  ${line}\n`);
};
// The servers and services that are ours end in handlers of `exit`, which a signal alone does not run.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const chosen = allFaults.filter(({ name, short }) => (ONLY === '' ? long || short : name.includes(ONLY)));
const isForCluster = ({ needs = [] }: Fault): boolean => needs.includes('cluster');
const rows: Row[] = [];
for (const [start, faults] of [
  [startTestRabbit, chosen.filter((fault) => !isForCluster(fault))],
  [startTestCluster, chosen.filter(isForCluster)],
] as const) {
  if (faults.length === 0) continue;
  say('looking for RabbitMQ and MongoDB');
  const ground = await openGround(start);
  if ('unavailable' in ground) {
    process.stderr.write(`There is nothing to run on: ${ground.unavailable}\n`);
    process.exit(2);
  }
  try {
    const nodes = ground.rabbit.cluster === undefined ? '' : `, ${ground.rabbit.cluster.length} nodes`;
    say(
      `RabbitMQ ${ground.rabbit.version}${nodes}, which delays by ${ground.broker.delayStrategy}; the ` +
        `database is ${ground.mongo.kind}`,
    );
    rows.push(...(await runFaults({ ground, faults, long, say, before: [...rows] })));
  } finally {
    await ground.stop();
  }
}
const code = rows.length === 0 || rows.some(isBad) ? 1 : 0;
// Not by itself: a stage that could not be set may have left connections open.
process.stdout.write(`\n${printed(rows)}\n\n`, () => process.exit(code));
