import type { Database } from '@herald/sqlite';
import { type Bounds, type Columns, contentOf, type Row, within } from './message.ts';

/**
 * Places per queue: 20,000 messages a second for seven years without the queue ever running empty; and 2,047
 * queues.
 */
export const PLACES = 2 ** 42;

/** The envelopes of one queue in their order. All changes run inside a write. */
export interface ReadyTable {
  /** The place before the first. */
  readonly start: number;
  count(): number;
  lastPlace(): number;
  /** The envelopes behind `place`, up to the bounds. */
  page(place: number, bounds: Bounds): Row[];
  /** What was with handlers when the last run ended. Handing over goes in order, so they are the first. */
  cutOff(): Row[];
  insert(row: Row): void;
  /** Counts one more hand-over of each envelope from `first` to `last`. */
  handOver(first: number, last: number): void;
  remove(first: number, last: number): void;
}

export function createReadyTable(database: Database, queue: number): ReadyTable {
  const start = queue * PLACES;
  const end = start + PLACES - 1;
  const count = database.prepare('SELECT count(*) AS n FROM ready WHERE place BETWEEN ? AND ?');
  const last = database.prepare('SELECT max(place) AS place FROM ready WHERE place BETWEEN ? AND ?');
  const page = database.prepare('SELECT * FROM ready WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?');
  const insert = database.prepare(
    'INSERT INTO ready (place, handed, attempts, published_at, id, key, traceparent, body) VALUES (?, ' +
      '?, ?, ?, ?, ?, ?, ?)',
  );
  const handOver = database.prepare(
    'UPDATE ready SET handed = handed + 1, attempts = attempts + 1 WHERE place BETWEEN ? AND ?',
  );
  const remove = database.prepare('DELETE FROM ready WHERE place BETWEEN ? AND ?');

  return {
    start,
    count: () => Number(count.get(start, end)?.n),
    lastPlace: () => Number(last.get(start, end)?.place ?? start),
    page: (place, bounds) => within(read(page.iterate(place + 1, end, bounds.rows)), bounds),
    cutOff() {
      const rows: Row[] = [];
      for (const row of read(page.iterate(start, end, -1))) {
        if (row.handed === 0) break;
        rows.push(row);
      }
      return rows;
    },
    insert: (row) => {
      const { place, handed, attempts, publishedAt, id, key, traceparent, body } = row;
      insert.run(place, handed, attempts, publishedAt, id, key, traceparent, body);
    },
    handOver: (from, to) => {
      handOver.run(from, to);
    },
    remove: (from, to) => {
      remove.run(from, to);
    },
  };
}

function* read(rows: Iterable<Columns>): Generator<Row> {
  for (const row of rows) yield { ...contentOf(row), place: Number(row.place), handed: Number(row.handed) };
}
