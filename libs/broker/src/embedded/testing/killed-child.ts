import { writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { ack, retry } from '../../verdict.ts';
import { openEmbeddedBroker } from '../open.ts';
import { wallClock } from './harness.ts';
import { killTopology } from './kill-topology.ts';

/**
 * For tests: a process to be killed. `publish FILE PREFIX` prints `confirmed ID` for what it published;
 * `consume FILE` prints `begun ID` when a handler gets a message, `done ID` before it acknowledges, and
 * `acknowledged ID` when that is durable. It writes directly to the pipe, so each line was true before the
 * kill.
 */
const [, , mode, file = '', prefix = ''] = process.argv;
const say = (text: string): void => {
  writeSync(1, `${text}\n`);
};

const broker = await openEmbeddedBroker({
  file,
  topology: killTopology,
  clock: wallClock,
  observer: {
    settled: ({ id }, { kind }) => {
      if (kind === 'ack') say(`acknowledged ${id}`);
    },
  },
});

let n = 0;
const publishForEver = async (): Promise<never> => {
  for (;;) {
    const ids = Array.from({ length: 1 + (n % 4) }, () => `${prefix}-${n++}`);
    const delay = n % 3 === 0 ? { exchange: 'delay', key: 'work', delay: n % 50 } : undefined;
    await broker.publish(ids.map((id) => ({ exchange: 'jobs', key: 'work', id, body: { id }, ...delay })));
    for (const id of ids) say(`confirmed ${id}`);
  }
};

if (mode === 'publish') {
  await Promise.all(Array.from({ length: 10 }, publishForEver));
} else {
  await broker.consume('work', { prefetch: 10 }, async ({ id, attempt }) => {
    say(`begun ${id}`);
    for (let turns = attempt % 5; turns > 0; turns -= 1) await turn();
    if (id.endsWith('7') && attempt < 3) return retry('once more', 5);
    say(`done ${id}`);
    return ack;
  });
  // Keeps the process alive when the queue is empty.
  setInterval(() => {}, 60_000);
}
