import type { Clock, Instant } from '@herald/domain';
import { type Database, inSlices, nextSlice } from '@herald/sqlite';
import { BrokerError } from '../errors.ts';
import { createAlarm } from './alarm.ts';
import type { WorkQueue } from './queue.ts';

/**
 * Runs the turns. Each is one transaction: it runs all waiting jobs, moves what is due into its queue, and
 * shares out envelopes to consumers. So publishing, settling and handing over share their commits.
 */
export interface Engine {
  /**
   * Runs `job` (synchronous) in the next turn. Resolves with its result once it is on disk; rejects with the
   * error of the transaction, and with `closed` after `close`.
   */
  run<T>(job: () => T): Promise<T>;
  /** Asks for a turn: a consumer may want envelopes now. */
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
   * ms of wall time between a failed transaction (a full disk) and the next, if nothing asks for one earlier.
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
      await nextSlice();
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
