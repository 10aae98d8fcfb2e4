import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '@herald/harness';
import type { Fault } from './fault.ts';
import type { Ground } from './servers/ground.ts';
import { runOnStage } from './stage.ts';
import type { Row } from './table.ts';

export interface RunOptions {
  readonly ground: Ground;
  readonly faults: readonly Fault[];
  /** The long form of each. */
  readonly long: boolean;
  readonly say: (line: string) => void;
  /** Rows of earlier grounds, kept in the file beside these. */
  readonly before?: readonly Row[];
}

const NOTHING = { events: 0, messages: 0, sent: 0, unknown: 0, lost: 0, doubled: 0 };

/**
 * Runs faults one after the other, each on a stage of its own. A fault that breaks down is a bad row, and the
 * next one is run.
 */
export async function runFaults({ ground, faults, long, say, before = [] }: RunOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [index, fault] of faults.entries()) {
    say(`${index + 1} of ${faults.length}: ${fault.name}`);
    const row = await runOne({ ground, fault, long, say });
    say(
      `${fault.name}: ${row.verdict}${row.note === '' ? '' : `; ${row.note}`} (${Math.round(row.seconds)} s)`,
    );
    rows.push(row);
    if (row.verdict === 'bad') await ground.clear();
    await keep({ long, rows: [...before, ...rows] });
  }
  return rows;
}

async function runOne(one: Omit<RunOptions, 'faults'> & { readonly fault: Fault }): Promise<Row> {
  const { fault, ground } = one;
  const started = performance.now();
  const closing = () => ({ fault: fault.name, seconds: (performance.now() - started) / 1000 });
  const lacks = (fault.needs ?? []).filter((need) =>
    need === 'node' || need === 'cluster' ? ground.rabbit[need] === undefined : ground[need] === undefined,
  );
  if (lacks.length > 0) {
    return {
      ...closing(),
      ...NOTHING,
      verdict: 'not done',
      note: `it needs a ${lacks.join(', ')} of our own`,
    };
  }
  try {
    const { faults, note, ...counts } = await runOnStage(one);
    const isWell = faults.length === 0;
    return {
      ...closing(),
      ...counts,
      verdict: isWell ? 'ok' : 'bad',
      note: isWell ? note : faults.join('; '),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...closing(), ...NOTHING, verdict: 'bad', note: why.split('\n')[0] ?? '' };
  }
}

/** After each row, so that a run that is cut off leaves what it has. */
async function keep(result: { readonly long: boolean; readonly rows: readonly Row[] }): Promise<void> {
  await mkdir(join(root, '.tmp'), { recursive: true });
  await writeFile(join(root, '.tmp/faults.json'), `${JSON.stringify(result, undefined, 2)}\n`);
}
