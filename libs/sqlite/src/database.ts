import type { StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect } from './connect.ts';
import { breath, inSlices } from './slices.ts';

/**
 * After a commit the next waits for a turn of the event loop that brings no more writes, but not longer than
 * this many times what the commit took, nor than so many ms: the more there is to do, the more share a
 * commit, and the main thread is never mostly waiting for the disk.
 */
const REST = 2;
const LONGEST_REST = 20;

/**
 * One SQLite file. Reads are immediate; writes are grouped: all that are asked for before the next commit
 * share it.
 */
export interface Database {
  /** A prepared statement; the same text is prepared once. Throws once the database is closed. */
  prepare(sql: string): StatementSync;
  /**
   * Runs `work` (synchronous, in the order asked) inside the next shared transaction and resolves with its
   * result once that is on disk. If `work` throws, its own changes are undone and its promise rejects; the
   * others' stand. If the transaction cannot be committed (the disk is full, say), all that share it reject
   * and none of it stands. After `close()` it rejects at once. `work` must let SQLite's errors through: some
   * of them end the transaction.
   */
  write<T>(work: () => T): Promise<T>;
  /**
   * Runs several statements at once. Inside a `work` they belong to its transaction; elsewhere each commits
   * by itself.
   */
  exec(sql: string): void;
  /** Takes no more writes, commits what is waiting, then closes. May be called again. */
  close(): Promise<void>;
}

interface Job {
  /** Does the work; what it returns settles the promise and is called after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens (and makes) the file; WAL, synchronous FULL: what was acknowledged survives `kill -9` and a power
 * cut. The file is locked for as long as it is open: a second opener, in this process or another, gets an
 * error that says so.
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

  /** A job that throws is undone alone, by its savepoint. */
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
    // Fails when the transaction is gone, and then the whole group does.
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
      // In a turn of its own, so that it never runs inside a commit, not even when a `work` asks for it.
      closing ??= nextTurn().then(() => {
        commit();
        statements.clear();
        db.close();
        return breath();
      });
      return closing;
    },
  };
}
