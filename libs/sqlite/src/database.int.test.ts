import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from './database.ts';

let folder: string;
let file: string;
let db: Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herald-sqlite-'));
  file = join(folder, 'deeper', 'herald.db');
  db = openDatabase(file);
  db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT) STRICT');
});
afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

const insert = (n: number, text = ''): Promise<number> =>
  db.write(() => {
    db.prepare('INSERT INTO t VALUES (?, ?)').run(n, text);
    return n;
  });
const stored = (): unknown[] =>
  db
    .prepare('SELECT n FROM t ORDER BY n')
    .all()
    .map((row) => row.n);

describe('a write', () => {
  it('resolves with what the work returned, and its effect is there', async () => {
    expect(await insert(1)).toBe(1);
    expect(stored()).toEqual([1]);
  });

  it('runs after those asked for before it', async () => {
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((n) => db.write(() => order.push(n))));
    expect(order).toEqual([1, 2, 3]);
  });

  it('that throws is undone alone', async () => {
    const broken = db.write(() => {
      db.prepare('INSERT INTO t VALUES (2, ?)').run('half done');
      throw new Error('changed my mind');
    });
    const results = await Promise.allSettled([insert(1), broken, insert(1), insert(3)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    await expect(broken).rejects.toThrow('changed my mind');
    expect(stored()).toEqual([1, 3]);
  });

  it('may ask for another one, which comes in the next transaction', async () => {
    let inner: Promise<number> | undefined;
    await db.write(() => {
      inner = insert(2);
      db.prepare('INSERT INTO t VALUES (1, ?)').run('');
    });
    expect(await inner).toBe(2);
    expect(stored()).toEqual([1, 2]);
  });

  it('whose work is asynchronous is refused and undone', async () => {
    const late = db.write(async () => {
      db.prepare('INSERT INTO t VALUES (1, ?)').run('');
    });
    await expect(late).rejects.toThrow('must be synchronous');
    expect(stored()).toEqual([]);
  });
});

describe('when the shared transaction cannot be committed', () => {
  it('all writes in it reject, none stands, and the next one works', async () => {
    // A deferred foreign key is checked by COMMIT, so COMMIT itself fails.
    db.exec('CREATE TABLE child (n INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)');
    const orphan = db.write(() => db.prepare('INSERT INTO child VALUES (99)').run());
    const results = await Promise.allSettled([insert(1), orphan, insert(2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(orphan).rejects.toThrow(/FOREIGN KEY/);
    expect(stored()).toEqual([]);
    await insert(3);
    expect(stored()).toEqual([3]);
  });

  it('because the disk is full, writes reject until there is room again', async () => {
    await insert(1);
    db.exec('PRAGMA max_page_count = 10');
    const big = 'x'.repeat(200_000);
    await expect(insert(2, big)).rejects.toThrow(/full/);
    expect(stored()).toEqual([1]);
    const [small, tooBig] = await Promise.allSettled([insert(3), insert(4, big)]);
    expect(tooBig.status).toBe('rejected');
    expect(stored()).toEqual(small.status === 'fulfilled' ? [1, 3] : [1]);
    db.exec('PRAGMA max_page_count = 100000');
    await insert(5, big);
    expect(stored()).toContain(5);
  });

  it('because a work ended it, even that work rejects', async () => {
    const rude = db.write(() => db.exec('ROLLBACK'));
    const results = await Promise.allSettled([insert(1), rude, insert(2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(stored()).toEqual([]);
    await insert(3);
    expect(stored()).toEqual([3]);
  });
});

describe('close', () => {
  it('commits what is waiting first', async () => {
    const writes = Promise.all([insert(1), insert(2)]);
    await db.close();
    expect(await writes).toEqual([1, 2]);
    db = openDatabase(file);
    expect(stored()).toEqual([1, 2]);
  });

  it('may be called twice, and from within a write', async () => {
    let closed: Promise<void> | undefined;
    await db.write(() => {
      db.prepare('INSERT INTO t VALUES (1, ?)').run('');
      closed = db.close();
    });
    await Promise.all([closed, db.close()]);
    await db.close();
    db = openDatabase(file);
    expect(stored()).toEqual([1]);
  });

  it('makes every later write and read fail, the same moment on', async () => {
    const closed = db.close();
    await expect(insert(1)).rejects.toThrow('closed');
    await closed;
    await expect(insert(2)).rejects.toThrow('closed');
    expect(() => db.prepare('SELECT 1')).toThrow('closed');
    db = openDatabase(file);
    expect(stored()).toEqual([]);
  });
});

describe('opening', () => {
  it('a file that this process has open says that it is in use', () => {
    expect(() => openDatabase(file)).toThrow(`Cannot open the database ${file}: it is in use`);
  });

  it('a file that another process has open says that it is in use, and harms nobody', async () => {
    const code = `
      const { openDatabase } = await import(${JSON.stringify(new URL('./database.ts', import.meta.url).href)});
      try { openDatabase(${JSON.stringify(file)}); } catch (error) { process.stdout.write(error.message); }`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
    expect(stdout).toContain('it is in use, and only one process may have it open');
    await insert(1);
    expect(stored()).toEqual([1]);
  });

  it('what is no database, or no place for one, names the file', async () => {
    const text = join(folder, 'notes.txt');
    await writeFile(text, 'not a database, but long enough to look at. '.repeat(40));
    expect(() => openDatabase(text)).toThrow(`Cannot open the database ${text}: file is not a database`);
    expect(() => openDatabase(folder)).toThrow(`Cannot open the database ${folder}`);
    expect(() => openDatabase(join(text, 'x.db'))).toThrow('Cannot open the database');
  });

  it('keeps a database in memory where asked to', async () => {
    const memory = openDatabase(':memory:');
    await memory.write(() => memory.exec('CREATE TABLE t (n)'));
    expect(memory.prepare('SELECT count(*) AS count FROM t').get()).toEqual({ count: 0 });
    await memory.close();
  });
});
