import type { Log } from '@herald/log';
import type { Document, Store } from '@herald/store';
import { createAccount } from './account.ts';
import { checkStreams } from './check.ts';
import type { FoldedStream } from './fold.ts';
import { createKinds, type Kind } from './kinds.ts';
import { findOrphans } from './orphans.ts';
import { createReport, type ReplayReport } from './report.ts';
import { foldLog, foldOne } from './streams.ts';

export type { ReplayReport } from './report.ts';

export interface ReplayOptions {
  readonly store: Store;
  readonly log: Log;
  /** Only compares; writes nothing. */
  readonly verify: boolean;
  /** Events folded so far, and events in all. */
  readonly onProgress?: (done: number, total: number) => void;
  /**
   * Nothing is on its way to the log: no event waits in a queue and no service runs. Then an enrollment or
   * message that knows more than the log is wrong; else it is left alone. Default: true.
   */
  readonly settled?: boolean;
  /** How many differences are described; all are counted. Default: 20. */
  readonly describe?: number;
}

/** How often a stream that is being written to is checked again. */
const TRIES = 5;

/**
 * Folds the whole log again, stream by stream, and compares with the live documents. Without `verify` it
 * writes documents that are missing or differ, and removes those that no event is about. A difference counts
 * when a second check finds it again, and each write is guarded, so it may run beside live services
 * (`settled` is false then). Memory holds the states of a few streams.
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { store, verify, onProgress = () => {}, settled = true, describe = 20 } = options;
  const kinds = createKinds(store, settled);
  const account = createAccount(kinds);
  const report = createReport(describe);

  /** Checks a stream that differed again, and repairs what still differs. */
  const settle = async ({ workspace, stream }: FoldedStream): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      const folded = await foldOne(store.log, workspace, stream);
      const findings = await checkStreams(kinds, [folded]);
      const repaired = await Promise.all(findings.map((finding) => !verify && finding.repair()));
      const open = findings
        .filter((_, index) => repaired[index] !== true)
        .map(({ difference }) => difference);
      for (const { difference } of findings) if (!open.includes(difference)) report.add(difference, true);
      if (open.length > 0 && !verify && tries < TRIES) continue;
      for (const difference of open) report.add(difference, false);
      account.add(folded, open);
      return;
    }
  };

  const settleOrphans = async <S, D extends Document>(kind: Kind<S, D>): Promise<void> => {
    for await (const { difference, repair } of findOrphans(kind, store.log, account.sumOf(kind.name))) {
      // A document that has lost its prospect was found before, by its id.
      if (!report.has(difference)) report.add(difference, !verify && (await repair()));
    }
  };

  const total = await store.log.count();
  let events = 0;
  let streams = 0;
  for await (const part of foldLog(store.log)) {
    const findings = await checkStreams(kinds, part.streams);
    const suspects = new Set(findings.map(({ difference, stream }) => `${difference.workspace} ${stream}`));
    const isSuspect = ({ workspace, stream }: FoldedStream) => suspects.has(`${workspace} ${stream}`);
    for (const folded of part.streams) if (!isSuspect(folded)) account.add(folded, []);
    await Promise.all(part.streams.filter(isSuspect).map(settle));
    streams += part.streams.length;
    events += part.events;
    onProgress(events, total);
  }
  await settleOrphans(kinds.prospects);
  await settleOrphans(kinds.companies);
  await settleOrphans(kinds.enrollments);
  await settleOrphans(kinds.messages);

  const result = report.finish({ events, streams });
  for (const difference of result.described) options.log.warn(difference, 'not as the log says');
  return result;
}
