import type { Database } from '@herald/sqlite';

/** Raised with each change of the tables. A file with a later version is refused. */
const VERSION = 1;

/**
 * `ready` is one b-tree for all queues: the upper bits of a place are the queue's number, so a queue's
 * messages lie together in their order and need no second index. The small columns that change stand before
 * the body, which may be large. `delayed` holds delayed messages (attempts 0) and those that wait for a retry
 * (attempts 1 and more). A token of `dead` is never given twice.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS queues (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS ready (
    place INTEGER PRIMARY KEY, handed INTEGER NOT NULL, attempts INTEGER NOT NULL,
    published_at INTEGER NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL, traceparent TEXT, body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS delayed (
    n INTEGER PRIMARY KEY, queue INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL,
    published_at INTEGER NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL, traceparent TEXT, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS delayed_due ON delayed (queue, due_at);
  CREATE TABLE IF NOT EXISTS dead (
    token INTEGER PRIMARY KEY AUTOINCREMENT, queue INTEGER NOT NULL, died_at INTEGER NOT NULL,
    reason TEXT NOT NULL, attempts INTEGER NOT NULL, published_at INTEGER NOT NULL,
    id TEXT NOT NULL, key TEXT NOT NULL, traceparent TEXT, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS dead_queue ON dead (queue);
`;

/** Creates missing tables. Throws if a later version of this code made the file. */
export function migrate(database: Database): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (found > VERSION) throw new Error(`The broker's file has version ${found}; this is made for ${VERSION}`);
  database.exec(`BEGIN; ${TABLES} PRAGMA user_version = ${VERSION}; COMMIT`);
}

/** The number of a queue, which never changes. Runs inside a write. */
export function queueNumber(database: Database, name: string): number {
  database.prepare('INSERT INTO queues (name) VALUES (?) ON CONFLICT DO NOTHING').run(name);
  return Number(database.prepare('SELECT number FROM queues WHERE name = ?').get(name)?.number);
}

/**
 * Queues of earlier runs that are not `declared` and still hold envelopes. `places`: the places of one queue.
 */
export function heldElsewhere(
  database: Database,
  declared: ReadonlySet<string>,
  places: number,
): { name: string; count: number }[] {
  const count = database.prepare(`
    SELECT (SELECT count(*) FROM ready WHERE place >= ?1 * ?2 AND place < (?1 + 1) * ?2)
      + (SELECT count(*) FROM delayed WHERE queue = ?1)
      + (SELECT count(*) FROM dead WHERE queue = ?1) AS n`);
  return database
    .prepare('SELECT number, name FROM queues ORDER BY number')
    .all()
    .map((row) => ({ number: Number(row.number), name: String(row.name) }))
    .filter(({ name }) => !declared.has(name))
    .map(({ number, name }) => ({ name, count: Number(count.get(number, places)?.n) }))
    .filter((held) => held.count > 0);
}
