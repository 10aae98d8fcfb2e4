import { createLog } from '@herald/log';
import type { Store } from '@herald/store';
import { Presets, SingleBar } from 'cli-progress';
import type { Difference } from './difference.ts';
import { type ReplayReport, replay } from './replay.ts';

export interface ReplayCommand {
  readonly store: Store;
  /** Only compare. */
  readonly verify: boolean;
  /** No event is on its way to the log. */
  readonly settled: boolean;
}

/** Replays with a progress bar and a report on standard output. Exit code 1: a document still differs. */
export async function replayCommand({ store, verify, settled }: ReplayCommand): Promise<void> {
  const bar = new SingleBar(
    { format: '{bar} {percentage}% | {value}/{total} events | {eta_formatted} left', hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(await store.log.count(), 0);
  const log = createLog({ service: 'replay', level: 'silent' });
  const onProgress = (done: number): void => bar.update(done);
  const report = await replay({ store, verify, settled, log, onProgress }).finally(() => bar.stop());
  process.stdout.write(
    describe(report, verify)
      .map((line) => `${line}\n`)
      .join(''),
  );
  if (report.differences > report.repaired) process.exitCode = 1;
}

function describe(
  { events, streams, differences, repaired, described }: ReplayReport,
  verify: boolean,
): string[] {
  const found = differences === 0 ? 'no differences' : `${differences} differences`;
  return [
    `${events} events in ${streams} streams: ${found}.`,
    ...described.map((difference) => `  ${line(difference)}`),
    ...(described.length < differences ? [`  and ${differences - described.length} more`] : []),
    ...(!verify && differences > 0 ? [`${repaired} of them repaired.`] : []),
  ];
}

const line = ({ kind, collection, workspace, id, at }: Difference): string =>
  `${kind}: ${collection} ${workspace}/${id}${at.length === 0 ? '' : ` at ${at.join(', ')}`}`;
