import type { Database } from '@herald/sqlite';

/** For tests: a database that fails on request. Closing it leaves the one below open. */
export interface FaultyDatabase extends Database {
  /** The next so many writes are undone, and reject. */
  fail(writes: number): void;
  /** From now on nothing is written and no call settles, as if the process had died. */
  cutOff(): void;
}

export function faulty(database: Database): FaultyDatabase {
  let failing = 0;
  let cut = false;
  const never = <T>(): Promise<T> => new Promise(() => {});

  return {
    prepare: database.prepare,
    exec: database.exec,
    async close() {},
    fail: (writes) => {
      failing = writes;
    },
    cutOff: () => {
      cut = true;
    },
    async write(work) {
      if (cut) return never();
      const result = await database.write(() => {
        if (cut) return never<Awaited<ReturnType<typeof work>>>;
        const value = work();
        if (failing === 0) return () => value;
        failing -= 1;
        throw new Error('The disk is full');
      });
      return cut ? never() : result();
    },
  };
}
