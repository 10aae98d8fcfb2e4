import { readJson, type StoredEvent, writeJson } from '@herald/domain';
import type { Database } from '@herald/sqlite';
import type { AppendResult, EventLog } from '../event-log.ts';
import { planQuery, planStream } from './event-queries.ts';
import type { TableSchema } from './schema.ts';

const SCAN_BATCH = 1_000;
const SCAN_CHARS = 4_000_000;

/**
 * Events as JSON text beside the columns that queries need. Events are never removed, so `n` (given by
 * SQLite: the greatest plus one) is also their count.
 */
export const EVENTS: TableSchema = {
  table: 'events',
  base: `
    n INTEGER PRIMARY KEY, workspace TEXT NOT NULL, id TEXT NOT NULL,
    stream TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL,
    occurred_at REAL NOT NULL, received_at REAL NOT NULL, body TEXT NOT NULL`,
  fields: [],
  indexes: [
    unique('events_id', 'workspace, id'),
    unique('events_seq', 'workspace, stream, seq'),
    index('events_type', 'workspace, stream, type, occurred_at'),
    index('events_time', 'workspace, received_at, id'),
    index('events_time_of_type', 'workspace, type, received_at, id'),
  ],
};

function index(name: string, columns: string): { name: string; sql: string } {
  return { name, sql: `CREATE INDEX ${name} ON events (${columns})` };
}
function unique(name: string, columns: string): { name: string; sql: string } {
  return { name, sql: `CREATE UNIQUE INDEX ${name} ON events (${columns})` };
}

const SQL = {
  insert: `INSERT INTO events (workspace, id, stream, seq, type, occurred_at, received_at, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  get: 'SELECT body FROM events INDEXED BY events_id WHERE workspace = ? AND id = ?',
  place: 'SELECT n, stream, seq, type FROM events INDEXED BY events_id WHERE workspace = ? AND id = ?',
  rewrite: 'UPDATE events SET occurred_at = ?, received_at = ?, body = ? WHERE n = ?',
  count: 'SELECT max(n) AS count FROM events',
  scan: `SELECT body FROM events INDEXED BY events_seq WHERE (workspace, stream, seq) > (?, ?, ?)
    ORDER BY workspace, stream, seq LIMIT ${SCAN_BATCH}`,
};

type Place = Pick<StoredEvent, 'stream' | 'seq' | 'type'> & { readonly n: number };

const parseEvent = (row: unknown): StoredEvent => readJson((row as { body: string }).body) as StoredEvent;

/** `ready` gives the database, or throws as long as it is not migrated. */
export function createEventLog(ready: () => Database): EventLog {
  const find = (workspace: string, id: string): StoredEvent[] => {
    const row = ready().prepare(SQL.get).get(workspace, id);
    return row === undefined ? [] : [parseEvent(row)];
  };

  return {
    async append(events) {
      const rows = events.map((event) => ({ event, body: writeJson(event) }));
      const database = ready();
      return database.write((): AppendResult => {
        const insert = database.prepare(SQL.insert);
        let written = 0;
        for (const { event, body } of rows) {
          const { workspace, id, stream, seq, type, occurredAt, receivedAt } = event;
          const { changes } = insert.run(workspace, id, stream, seq, type, occurredAt, receivedAt, body);
          if (changes === 0) return { written, conflict: find(workspace, id).length > 0 ? 'id' : 'seq' };
          written += 1;
        }
        return { written };
      });
    },
    byIds: async (keys) => {
      const distinct = new Map(keys.map((key) => [JSON.stringify([key.workspace, key.id]), key]));
      return [...distinct.values()].flatMap(({ workspace, id }) => find(workspace, id));
    },
    async readStream(query) {
      if (query.types?.length === 0) return [];
      const { sql, values } = planStream(query);
      return ready()
        .prepare(sql)
        .all(...values)
        .map(parseEvent);
    },
    async query(query) {
      const database = ready();
      const plan = planQuery(query);
      const found = database
        .prepare(plan.sql)
        .all(...plan.values)
        .map(parseEvent);
      const items = found.slice(0, query.limit);
      const last = items.at(-1);
      return found.length > query.limit && last !== undefined ? { items, next: plan.next(last) } : { items };
    },
    async *scan() {
      let after: [string, string, number] = ['', '', 0];
      for (;;) {
        const batch: StoredEvent[] = [];
        let chars = 0;
        for (const row of ready()
          .prepare(SQL.scan)
          .iterate(...after)) {
          batch.push(parseEvent(row));
          chars += String(row.body).length;
          if (chars > SCAN_CHARS) break;
        }
        const last = batch.at(-1);
        if (last === undefined) return;
        after = [last.workspace, last.stream, last.seq];
        yield batch;
      }
    },
    async count() {
      return Number(ready().prepare(SQL.count).get()?.count ?? 0);
    },
    async rewrite(events) {
      const copies = events.map((event) => ({ ...event }));
      const database = ready();
      await database.write(() => {
        for (const event of copies) {
          const place = database.prepare(SQL.place).get(event.workspace, event.id) as Place | undefined;
          if (place === undefined) continue;
          const { n, ...stays } = place;
          const body = writeJson({ ...event, ...stays });
          database.prepare(SQL.rewrite).run(event.occurredAt, event.receivedAt, body, n);
        }
      });
    },
  };
}
