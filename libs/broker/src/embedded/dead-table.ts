import type { Database } from '@herald/sqlite';
import type { DeadLetter } from '../broker.ts';
import { type Columns, type Content, contentOf, deliveryOf } from './message.ts';

/** Characters of a reason that are kept: an error's message may be of any length. */
const MAX_REASON = 1000;

/** The dead letters of one queue. Everything that changes it runs inside a write. */
export interface DeadTable {
  count(): number;
  /** The greatest token so far. */
  lastToken(): number;
  insert(content: Content, reason: string): void;
  list(after: number, limit: number): (DeadLetter & { token: string })[];
  /** Removes and returns the oldest with a token up to `last`. */
  takeOldest(limit: number, last: number): Content[];
  /** Removes and returns it; undefined if this queue has none with that token. */
  take(token: number): Content | undefined;
}

export function createDeadTable(database: Database, queue: number, name: string): DeadTable {
  const count = database.prepare('SELECT count(*) AS n FROM dead WHERE queue = ?');
  const last = database.prepare('SELECT max(token) AS token FROM dead WHERE queue = ?');
  const insert = database.prepare(
    'INSERT INTO dead (queue, died_at, reason, attempts, published_at, id, key, traceparent, body) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const page = database.prepare('SELECT * FROM dead WHERE queue = ? AND token > ? ORDER BY token LIMIT ?');
  const one = database.prepare('SELECT * FROM dead WHERE queue = ? AND token = ?');
  const remove = database.prepare('DELETE FROM dead WHERE token = ?');

  const letter = (row: Columns): DeadLetter & { token: string } => ({
    ...deliveryOf(name, contentOf(row)),
    reason: String(row.reason),
    diedAt: Number(row.died_at),
    token: String(row.token),
  });
  const taken = (row: Columns): Content => {
    remove.run(Number(row.token));
    return contentOf(row);
  };

  return {
    count: () => Number(count.get(queue)?.n),
    lastToken: () => Number(last.get(queue)?.token ?? 0),
    insert: (content, reason) => {
      const { attempts, publishedAt, id, key, traceparent, body } = content;
      const cut = reason.slice(0, MAX_REASON);
      insert.run(queue, Date.now(), cut, attempts, publishedAt, id, key, traceparent, body);
    },
    list: (after, limit) => page.all(queue, after, limit).map(letter),
    takeOldest: (limit, lastToken) =>
      page
        .all(queue, 0, limit)
        .filter((row) => Number(row.token) <= lastToken)
        .map(taken),
    take: (token) => {
      const row = one.get(queue, token);
      return row === undefined ? undefined : taken(row);
    },
  };
}
