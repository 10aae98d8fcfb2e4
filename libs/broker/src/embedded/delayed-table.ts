import type { Instant } from '@herald/domain';
import type { Database } from '@herald/sqlite';
import { type Bounds, type Columns, type Content, contentOf, within } from './message.ts';

/** What waits for its time to join one queue. All changes run inside a write. */
export interface DelayedTable {
  count(): number;
  earliest(): Instant | undefined;
  insert(dueAt: Instant, content: Content): void;
  /** Removes and returns what is due at `now`, up to the bounds: earliest first, then in order of arrival. */
  takeDue(now: Instant, bounds: Bounds): Content[];
  /** Removes what was published with a delay, not what waits for a retry. Returns how many. */
  purge(): number;
}

export function createDelayedTable(database: Database, queue: number): DelayedTable {
  const count = database.prepare('SELECT count(*) AS n FROM delayed WHERE queue = ?');
  const earliest = database.prepare('SELECT min(due_at) AS due_at FROM delayed WHERE queue = ?');
  const insert = database.prepare(
    'INSERT INTO delayed (queue, due_at, attempts, published_at, id, key, traceparent, body) VALUES ' +
      '(?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const due = database.prepare(
    'SELECT * FROM delayed WHERE queue = ? AND due_at <= ? ORDER BY due_at, n LIMIT ?',
  );
  const remove = database.prepare('DELETE FROM delayed WHERE n = ?');
  const purge = database.prepare('DELETE FROM delayed WHERE queue = ? AND attempts = 0');

  return {
    count: () => Number(count.get(queue)?.n),
    earliest: () => {
      const found = earliest.get(queue)?.due_at;
      return typeof found === 'number' ? found : undefined;
    },
    insert: (dueAt, content) => {
      const { attempts, publishedAt, id, key, traceparent, body } = content;
      insert.run(queue, dueAt, attempts, publishedAt, id, key, traceparent, body);
    },
    takeDue: (now, bounds) => {
      const rows = within(read(due.iterate(queue, now, bounds.rows)), bounds);
      for (const { n } of rows) remove.run(n);
      return rows;
    },
    purge: () => Number(purge.run(queue).changes),
  };
}

function* read(rows: Iterable<Columns>): Generator<Content & { n: number }> {
  for (const row of rows) yield { ...contentOf(row), n: Number(row.n) };
}
