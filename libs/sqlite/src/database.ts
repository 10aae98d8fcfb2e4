import type { StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect } from './connect.ts';
import { inSlices, nextSlice } from './slices.ts';

/**
 * After a commit the next one waits for a turn of the event loop that brings no more writes, but at most
 * `REST` times as long as the commit took, and at most `LONGEST_REST` ms. So under load more writes share a
 * commit, and the main thread does not spend most of its time waiting for the disk.
 */
const REST = 2;
const LONGEST_REST = 20;

/** One SQLite file. Reads are immediate. All writes that are asked for before the next commit share it. */
export interface Database {
  /** A prepared statement; the same text is prepared once. Throws once the database is closed. */
  prepare(sql: string): StatementSync;
  /**
   * Runs `work` (synchronous, in the order asked) in the next shared transaction, and resolves with its
   * result once that is on disk. If `work` throws, only its own changes are undone and its promise rejects.
   * If the transaction cannot be committed (a full disk), every write that shares it rejects and is undone.
   * Rejects at once after `close()`. `work` must not catch SQLite's errors: some of them end the transaction.
   */
  write<T>(work: () => T): Promise<T>;
  /**
   * Runs several statements. Inside a `work` they belong to its transaction; elsewhere each commits by
   * itself.
   */
  exec(sql: string): void;
  /** Refuses new writes, commits those that wait, then closes. May be called again. */
  close(): Promise<void>;
}

interface Job {
  /** Does the work. Returns what settles the promise, to be called after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens the file, or creates it. WAL and synchronous FULL: what was acknowledged survives `kill -9` and a
 * power cut. The file is locked while it is open: opening it a second time, in this process or another,
 * throws an error that says so.
 */
export function openDatabase(file: string): Database {
  const db = connect(file);
  const statements = new Map<string, StatementSync>();
  let waiting: Job[] = [];
  let closing: Promise<void> | undefined;
  /** ms of `performance.now`: until then a commit waits for a quiet turn. */
  let restUntil = 0;

  const prepare = (sql: string): StatementSync => {
    if (!db.isOpen) throw new Error('The database is closed');
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const run = (sql: string): void => {
    prepare(sql).run();
  };

  /** The savepoint undoes a job that throws, and nothing else. */
  const runJob = (job: Job): (() => void) => {
    run('SAVEPOINT job');
    let settle: () => void;
    try {
      settle = job.run();
    } catch (error) {
      // A full disk or an I/O error may have undone the whole transaction, savepoints and all.
      if (!db.isTransaction) throw error;
      run('ROLLBACK TO job');
      settle = () => job.reject(error);
    }
    // Fails if the transaction is gone, and with it the whole group.
    run('RELEASE job');
    return settle;
  };

  const commit = (): void => {
    const jobs = waiting;
    waiting = [];
    if (jobs.length === 0) return;
    let settles: (() => void)[];
    try {
      run('BEGIN IMMEDIATE');
      settles = jobs.map(runJob);
      run('COMMIT');
    } catch (error) {
      for (const job of jobs) inSlices(() => job.reject(error));
      // Not guarded: a connection that cannot even roll back must end the process, not serve half a
      // transaction.
      if (db.isTransaction) run('ROLLBACK');
      return;
    }
    for (const settle of settles) inSlices(settle);
  };

  const commitInTurn = (): void => {
    const began = performance.now();
    commit();
    const ended = performance.now();
    restUntil = ended + Math.min(LONGEST_REST, REST * (ended - began));
  };
  const commitOrWait = (seen: number): void => {
    if (waiting.length === seen || performance.now() >= restUntil) commitInTurn();
    else setImmediate(commitOrWait, waiting.length);
  };

  return {
    prepare,
    exec: (sql) => db.exec(sql),
    write: (work) =>
      new Promise((resolve, reject) => {
        if (closing !== undefined) throw new Error('The database is closed: it takes no more writes');
        if (waiting.length === 0) setImmediate(commitOrWait, 0);
        waiting.push({
          run: () => {
            const value = work();
            if (value instanceof Promise)
              throw new TypeError('What runs in a transaction must be synchronous');
            return () => resolve(value);
          },
          reject,
        });
      }),
    close: () => {
      // In a turn of its own: never inside a commit, even if a `work` calls it.
      closing ??= nextTurn().then(() => {
        commit();
        statements.clear();
        db.close();
        return nextSlice();
      });
      return closing;
    },
  };
}
