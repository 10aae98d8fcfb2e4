import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newEvent, type StoredEvent } from '@herald/domain';
import { runReplay } from '@herald/harness';
import type { Benchmark, Figure } from '../benchmark.ts';
import { openStore } from '../measuring/logged.ts';
import { median, range, timed } from '../measuring/numbers.ts';

const PER_STREAM = 10;
const BATCH = 2_000;

const eventAt = (n: number): StoredEvent => {
  const at = Date.UTC(2026, 0, 1) + n;
  return {
    ...newEvent({
      workspace: 'demo',
      id: `event-${n}`,
      stream: `prospect/p${Math.floor(n / PER_STREAM)}`,
      type: 'prospect.updated',
      occurredAt: at,
      receivedAt: at,
      source: 'api',
      data: { traits: { [`t${n % 5}`]: n, name: `Prospect ${n}` } },
    }),
    seq: (n % PER_STREAM) + 1,
  };
};

/** Runs the command on a data directory. Gives the seconds that it took, and its output. */
async function replayed(dir: string, args: readonly string[]): Promise<{ seconds: number; output: string }> {
  const { seconds, value } = await timed(() => runReplay({ DATA_DIR: join(dir, 'data') }, args));
  return { seconds, output: value.output };
}

async function write(dir: string, size: number): Promise<void> {
  await mkdir(dir);
  const store = await openStore(dir);
  for (let start = 0; start < size; start += BATCH)
    await store.log.append(range(Math.min(BATCH, size - start)).map((n) => eventAt(start + n)));
  await store.close();
}

function expectSaid(output: string, words: string): void {
  if (!output.includes(words)) throw new Error(`not exact: expected "${words}", it said: ${output.trim()}`);
}

/** How fast all documents are built from the log, and whether that stays so as the log grows. */
export const replay: Benchmark = {
  name: 'replay',
  what: 'projections rebuilt from the log, and compared with it',
  limit: 240,
  async run({ dir, quick }) {
    const sizes = quick ? [1_000, 5_000] : [10_000, 100_000, 1_000_000];
    const empty = join(dir, 'empty');
    await write(empty, 0);
    const start = median(
      [await replayed(empty, []), await replayed(empty, [])].map(({ seconds }) => seconds),
    );
    const figures: Figure[] = [];
    const perSecond: number[] = [];
    for (const size of sizes) {
      const folder = join(dir, String(size));
      await write(folder, size);
      const rebuilt = await replayed(folder, []);
      const compared = await replayed(folder, ['--verify']);
      const streams = size / PER_STREAM;
      expectSaid(rebuilt.output, `${size} events in ${streams} streams: ${streams} differences`);
      expectSaid(rebuilt.output, `${streams} of them repaired`);
      expectSaid(compared.output, `${size} events in ${streams} streams: no differences`);
      const name = `${size.toLocaleString('en')} events`;
      const rate = (seconds: number): number => size / Math.max(seconds - start, 0.001);
      perSecond.push(rate(compared.seconds));
      figures.push(
        { what: `${name}: every document missing, rebuilt`, value: rate(rebuilt.seconds), unit: 'events/s' },
        { what: `${name}: compared, nothing differs`, value: rate(compared.seconds), unit: 'events/s' },
      );
    }
    // Not from the shortest: most of its time is the start of the process, which varies.
    const growth = (perSecond.at(-1) ?? 0) / (perSecond.at(-2) ?? 1);
    figures.push({
      what: 'comparing: rate of the longest log ÷ rate of the one before',
      value: growth,
      unit: '',
    });
    return {
      figures,
      delivery: 'as many events and streams as were written, and no difference once rebuilt',
      notes: [
        `${PER_STREAM} events a prospect. Without the start of the process, ${start.toFixed(2)} s on ` +
          'an empty log.',
        'Near 1 in the last line: time grows as the log does.',
      ],
    };
  },
};
