import { readJson, writeJson } from '@herald/domain';
import type { Database } from '@herald/sqlite';
import type { Collection, CountRow, Document, Write } from '../documents.ts';
import { sweepAtOf } from '../spec.ts';
import { indexOf, planCount, planFind, whereClause } from './find.ts';
import { type DocumentRow, type DocumentTable, decode, encode } from './table.ts';

/** How much a batch of `scan` may hold: documents, and characters of JSON. */
const SCAN_BATCH = 500;
const SCAN_CHARS = 4_000_000;

/** `ready` gives the database, or throws as long as it is not migrated. */
export function createCollection<T extends Document>(
  ready: () => Database,
  table: DocumentTable,
): Collection<T> {
  const { table: name, fields, sweepIndex } = table;
  const columns = ['version', 'sweep_at', 'body', ...fields];
  const sql = {
    get: `SELECT body, sweep_at FROM ${name} INDEXED BY ${table.key} WHERE workspace = ? AND id = ?`,
    insert: `INSERT INTO ${name} (${columns.join(', ')}, workspace, id)
      VALUES (${columns.map(() => '?').join(', ')}, ?, ?)
      ON CONFLICT (workspace, id) DO NOTHING`,
    before: `SELECT rowid AS n${fields.map((field, k) => `, ${field} AS f${k}`).join('')}
      FROM ${name} INDEXED BY ${table.key}
      WHERE workspace = ? AND id = ? AND version = ?`,
    remove: `DELETE FROM ${name} INDEXED BY ${table.key} WHERE workspace = ? AND id = ?`,
    due: `SELECT rowid AS n, body, sweep_at FROM ${name} INDEXED BY ${sweepIndex}
      WHERE sweep_at <= ? ORDER BY sweep_at LIMIT ?`,
    lease: `UPDATE ${name} SET sweep_at = ? WHERE rowid = ?`,
    overdue: `SELECT count(*) AS count FROM ${name} INDEXED BY ${sweepIndex} WHERE sweep_at < ?`,
    oldest: `SELECT min(sweep_at) AS oldest FROM ${name} INDEXED BY ${sweepIndex} WHERE sweep_at IS NOT NULL`,
    scan: `SELECT body, sweep_at FROM ${name} INDEXED BY ${table.key}
      WHERE (workspace, id) > (?, ?) ORDER BY workspace, id LIMIT ${SCAN_BATCH}`,
  };

  /** A lease moves `sweep_at` alone, so the column is the truth where it is set. */
  const parse = (row: DocumentRow): T => {
    const doc = readJson(row.body) as T;
    return row.sweep_at === null || doc.sweepAt === row.sweep_at ? doc : { ...doc, sweepAt: row.sweep_at };
  };
  const get = (workspace: string, id: string): T | undefined => {
    const row = ready().prepare(sql.get).get(workspace, id) as DocumentRow | undefined;
    return row && parse(row);
  };
  /** Turned into text at once: what the caller does to the document afterwards is not written. */
  const prepare = ({ doc, ifVersion }: Write<T>): (() => boolean) => {
    const { workspace, id } = doc;
    const own = [doc.version, sweepAtOf(doc), writeJson(doc)];
    const values = table.values(doc);
    return ifVersion === null
      ? () =>
          ready()
            .prepare(sql.insert)
            .run(...own, ...values, workspace, id).changes === 1
      : () => replace(workspace, id, ifVersion, own, values);
  };
  /**
   * SQLite writes an index anew when one of its columns is set, also to what it was. Most stay as they are:
   * only what changed is set.
   */
  const replace = (
    workspace: string,
    id: string,
    ifVersion: number,
    own: readonly (string | number | null)[],
    values: readonly (string | number)[],
  ): boolean => {
    const before = ready().prepare(sql.before).get(workspace, id, ifVersion);
    if (before === undefined) return false;
    const changed = fields.flatMap((_, k) => (before[`f${k}`] === values[k] ? [] : [k]));
    const set = ['version', 'sweep_at', 'body', ...changed.map((k) => fields[k])];
    const text = `UPDATE ${name} SET ${set.map((column) => `${column} = ?`).join(', ')} WHERE rowid = ?`;
    const news = changed.map((k) => values[k] ?? null);
    return (
      ready()
        .prepare(text)
        .run(...own, ...news, Number(before.n)).changes === 1
    );
  };

  return {
    get: async (workspace, id) => get(workspace, id),
    getMany: async (keys) => keys.map(({ workspace, id }) => get(workspace, id)),
    async write(writes) {
      const prepared = writes.map(prepare);
      const database = ready();
      return database.write(() => prepared.map((run) => run()));
    },
    async remove(workspace, id) {
      const database = ready();
      return database.write(() => database.prepare(sql.remove).run(workspace, id).changes === 1);
    },
    async find(query) {
      const database = ready();
      const plan = planFind(table, query);
      if (plan === undefined) return { items: [] };
      const found = database.prepare(plan.sql).all(...plan.values);
      const rows = found.slice(0, query.limit) as unknown as DocumentRow[];
      const last = found[query.limit - 1];
      const items = rows.map(parse);
      return found.length > query.limit && last !== undefined ? { items, next: plan.next(last) } : { items };
    },
    async count(query) {
      const database = ready();
      const plan = planCount(table, query);
      return plan === undefined ? 0 : Number(database.prepare(plan.sql).get(...plan.values)?.count);
    },
    async countBy(indexName, equals) {
      const index = indexOf(table, indexName, equals);
      const where = index.columns.slice(0, equals.length).map((column) => `${column} = ?`);
      const keys = index.columns.slice(equals.length, index.own);
      // Grouping by a column that is fixed leaves no row where there is no document.
      const groups = keys.length > 0 ? keys : index.columns.slice(0, 1);
      const rows = ready()
        .prepare(
          `SELECT count(*) AS count, ${groups.map((column, n) => `${column} AS k${n}`).join(', ')}
          FROM ${name} INDEXED BY ${index.name} ${whereClause(where)}
          GROUP BY ${groups.join(', ')}`,
        )
        .all(...equals.map(encode)) as Record<string, string | number>[];
      return rows.map(
        (row): CountRow => ({
          key: keys.map((_, n) => decode(row[`k${n}`] ?? '')),
          count: Number(row.count),
        }),
      );
    },
    async claim({ dueBy, until, limit }) {
      const database = ready();
      // Nobody else can come between the two: the file is ours alone, and a transaction is synchronous.
      // (UPDATE … RETURNING would give the rows in no order.)
      const rows = await database.write(() => {
        const due = database.prepare(sql.due).all(dueBy, limit) as unknown as (DocumentRow & { n: number })[];
        for (const { n } of due) database.prepare(sql.lease).run(until, n);
        return due;
      });
      return rows.map(({ body }) => parse({ body, sweep_at: until }));
    },
    async overdue(before) {
      const { count } = ready().prepare(sql.overdue).get(before) as { count: number };
      const { oldest } = ready().prepare(sql.oldest).get() as { oldest: number | null };
      return oldest === null ? { count } : { count, oldest };
    },
    async *scan() {
      let after: [string, string] = ['', ''];
      for (;;) {
        const batch: T[] = [];
        let chars = 0;
        for (const row of ready()
          .prepare(sql.scan)
          .iterate(...after) as Iterable<unknown>) {
          const { body, sweep_at } = row as DocumentRow;
          batch.push(parse({ body, sweep_at }));
          chars += body.length;
          if (chars > SCAN_CHARS) break;
        }
        const last = batch.at(-1);
        if (last === undefined) return;
        after = [last.workspace, last.id];
        yield batch;
      }
    },
  };
}
