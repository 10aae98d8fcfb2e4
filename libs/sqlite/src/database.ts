import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** One SQLite file. Reads are immediate; writes are grouped: all that are asked for before the event loop turns share one commit. */
export interface Database {
  /** A prepared statement; the same text is prepared once. */
  prepare(sql: string): StatementSync;
  /**
   * Runs `work` (synchronous) inside the next shared transaction and resolves with its result once that is on disk. If `work`
   * throws, its own changes are undone and its promise rejects; the others' stand.
   */
  write<T>(work: () => T): Promise<T>;
  /** Runs several statements at once, outside of any group: for schema changes at start. */
  exec(sql: string): void;
  /** Commits what is waiting, then closes. */
  close(): Promise<void>;
}

interface Job {
  readonly run: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Opens (and makes) the file; WAL, synchronous FULL: what was acknowledged survives `kill -9` and a power cut. */
export function openDatabase(file: string): Database {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -32000',
  );
  const statements = new Map<string, StatementSync>();
  let waiting: Job[] = [];
  let scheduled: NodeJS.Immediate | undefined;

  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };

  /** One transaction for all jobs; a job that throws is undone alone by its savepoint. */
  const commit = (): void => {
    const jobs = waiting;
    waiting = [];
    scheduled = undefined;
    if (jobs.length === 0) return;
    const settle: (() => void)[] = [];
    try {
      db.exec('BEGIN IMMEDIATE');
      for (const job of jobs) {
        db.exec('SAVEPOINT job');
        try {
          const value = job.run() as never;
          settle.push(() => job.resolve(value));
        } catch (error) {
          db.exec('ROLLBACK TO job');
          settle.push(() => job.reject(error));
        }
        db.exec('RELEASE job');
      }
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      for (const job of jobs) job.reject(error);
      return;
    }
    for (const done of settle) done();
  };

  return {
    prepare,
    exec: (sql) => db.exec(sql),
    write: (work) =>
      new Promise((resolve, reject) => {
        waiting.push({ run: work, resolve: resolve as Job['resolve'], reject });
        scheduled ??= setImmediate(commit);
      }),
    async close() {
      if (scheduled !== undefined) clearImmediate(scheduled);
      commit();
      statements.clear();
      db.close();
    },
  };
}
