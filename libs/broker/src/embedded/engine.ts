import type { Clock, Instant } from '@herald/domain';
import { breath, type Database, inSlices } from '@herald/sqlite';
import { BrokerError } from '../errors.ts';
import { createAlarm } from './alarm.ts';
import type { WorkQueue } from './queue.ts';

/**
 * Makes the turns: each is one transaction, in which all jobs asked for so far run, messages that are due
 * join their queues, and consumers get their shares. So publishing, settling and handing over share their
 * commits, and the file is written once for all.
 */
export interface Engine {
  /**
   * Runs `job` (synchronous) in the next turn; resolves with its result once that is on disk. Rejects with
   * `closed` after `close`.
   */
  run<T>(job: () => T): Promise<T>;
  /** Asks for a turn: somebody may want messages now. */
  wake(): void;
  /** The error of the last turn, if it failed. */
  failure(): unknown;
  /** Takes no more jobs; resolves when the turn under way has ended. */
  close(): Promise<void>;
}

export interface EngineDeps {
  readonly database: Database;
  readonly queues: readonly WorkQueue[];
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
  /**
   * ms of wall time between a transaction that failed (a full disk) and the next one, if nothing asks for one
   * before.
   */
  readonly afterFailure: number;
}

interface Job {
  /** What it returns is called after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

export function createEngine(deps: EngineDeps): Engine {
  const { database, queues, clock } = deps;
  let jobs: Job[] = [];
  let wanted = false;
  let closed = false;
  let turning: Promise<void> | undefined;
  let failure: unknown;
  let again: NodeJS.Timeout | undefined;

  /** True when it was committed. */
  const turn = async (): Promise<boolean> => {
    let taken: Job[] = [];
    let results: (() => void)[];
    try {
      results = await database.write(() => {
        taken = jobs;
        jobs = [];
        const settles = taken.map((job) => job.run());
        const now = clock.now();
        for (const queue of queues) queue.finish(now);
        return settles;
      });
    } catch (error) {
      failure = error;
      for (const queue of queues) queue.rolledBack();
      for (const job of taken) inSlices(() => job.reject(error));
      deps.onFailure(error);
      return false;
    }
    failure = undefined;
    for (const queue of queues) if (queue.committed()) wanted = true;
    for (const settle of results) inSlices(settle);
    return true;
  };

  const turns = async (): Promise<void> => {
    while (wanted) {
      wanted = false;
      if (await turn()) alarm.set(earliest(queues));
      else again ??= setTimeout(tryAgain, deps.afterFailure);
    }
    turning = undefined;
  };

  const wake = (): void => {
    if (closed) return;
    wanted = true;
    turning ??= turns();
  };

  const tryAgain = (): void => {
    again = undefined;
    wake();
  };

  const alarm = createAlarm(clock, wake);
  alarm.set(earliest(queues));

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        if (closed) throw new BrokerError('closed', 'The broker is closed');
        jobs.push({
          run: () => {
            const result = job();
            return () => resolve(result);
          },
          reject,
        });
        wake();
      }),
    wake,
    failure: () => failure,
    async close() {
      closed = true;
      await turning;
      await breath();
      alarm.set(undefined);
      clearTimeout(again);
    },
  };
}

const earliest = (queues: readonly WorkQueue[]): Instant | undefined =>
  queues.reduce<Instant | undefined>((least, queue) => {
    const due = queue.nextDue();
    return due === undefined || (least !== undefined && least <= due) ? least : due;
  }, undefined);
