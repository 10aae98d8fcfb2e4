import type { Db, Collection as MongoCollection } from 'mongodb';
import type { Collection, CountRow, Document, Scalar } from '../documents.ts';
import { takeBatch } from './batch.ts';
import { claimRows } from './claim.ts';
import type { Connection } from './connection.ts';
import { planCount, planFind } from './find.ts';
import { idOf } from './ids.ts';
import { tryAgain } from './passing.ts';
import { type DocumentForm, documentOf, type Row, rowOf, WHOLE } from './rows.ts';
import { type DocumentSchema, SWEEP } from './schema.ts';
import { writeRows } from './write.ts';

const SCAN_BATCH = 500;

export function createCollection<T extends Document>(
  connection: Connection,
  schema: DocumentSchema,
  form: DocumentForm,
): Collection<T> {
  const run = <R>(work: (rows: MongoCollection<Row>) => Promise<R>): Promise<R> =>
    connection.run((db: Db) => work(db.collection<Row>(schema.name)));
  const parse = (row: Row): T => documentOf<T>(row);

  return {
    async get(workspace, id) {
      const _id = idOf({ workspace, id });
      const row = await run((rows) => rows.findOne({ _id }, WHOLE));
      return row === null ? undefined : parse(row);
    },
    async getMany(keys) {
      const ids = keys.map(idOf);
      if (ids.length === 0) return [];
      const filter = { _id: { $in: [...new Set(ids)] } };
      const found = await run((rows) => rows.find(filter, { ...WHOLE, batchSize: ids.length }).toArray());
      const byId = new Map(found.map((row) => [idOf(row), row]));
      return ids.map((id) => {
        const row = byId.get(id);
        return row === undefined ? undefined : parse(row);
      });
    },
    async write(writes) {
      // Copied at once: what the caller does to the documents afterwards is not written.
      const prepared = writes.map(({ doc, ifVersion }) => ({
        row: rowOf(doc, schema.indexed, form),
        ifVersion,
      }));
      return run((rows) => writeRows(rows, prepared));
    },
    async remove(workspace, id) {
      const _id = idOf({ workspace, id });
      return run(async (rows) => (await tryAgain(() => rows.deleteOne({ _id }))).deletedCount === 1);
    },
    async find(query) {
      const { limit } = query;
      const plan = planFind(schema, query);
      if (plan === undefined) return { items: [] };
      const { filters, sort, hint, next } = plan;
      return run(async (rows) => {
        const found: Row[] = [];
        for (const filter of filters) {
          const lacking = limit + 1 - found.length;
          if (lacking <= 0) break;
          const options = { ...WHOLE, sort, hint, limit: lacking, batchSize: lacking };
          found.push(...(await rows.find(filter, options).toArray()));
        }
        const page = found.slice(0, limit);
        const items = page.map(parse);
        const last = page.at(-1);
        return found.length > limit && last !== undefined ? { items, next: next(last) } : { items };
      });
    },
    async count(query) {
      const plan = planCount(schema, query);
      if (plan === undefined) return 0;
      return run((rows) => rows.countDocuments(plan.filter, { hint: plan.hint }));
    },
    async countBy(index, equals) {
      const { filter, hint } = planCount(schema, { index, equals }) ?? {};
      const fields = schema.index(index, equals).fields.slice(equals.length);
      const names = fields.map((_, n) => `k${n}`);
      const by = Object.fromEntries(fields.map((field, n) => [names[n], `$${field}`]));
      const pipeline = [{ $match: filter }, { $group: { _id: by, count: { $sum: 1 } } }];
      const groups = await run((rows) =>
        rows.aggregate<{ _id: Record<string, Scalar>; count: number }>(pipeline, { hint }).toArray(),
      );
      return merged(groups.map(({ _id, count }) => ({ key: names.map((name) => _id[name] ?? null), count })));
    },
    claim: (lease) => run(async (rows) => (await claimRows(rows, lease)).map(parse)),
    overdue: (before) =>
      run(async (rows) => {
        const [count, first] = await Promise.all([
          rows.countDocuments({ sweepAt: { $lt: before } }, { hint: SWEEP }),
          rows.findOne(
            { sweepAt: { $gte: -Number.MAX_VALUE } },
            { sort: { sweepAt: 1 }, hint: SWEEP, projection: { sweepAt: 1 } },
          ),
        ]);
        return typeof first?.sweepAt === 'number' ? { count, oldest: first.sweepAt } : { count };
      }),
    async *scan() {
      for (let last = ''; ; ) {
        const filter = { _id: { $gt: last } };
        const options = { ...WHOLE, sort: { _id: 1 }, limit: SCAN_BATCH, batchSize: SCAN_BATCH } as const;
        const batch = await run((rows) => takeBatch(rows.find(filter, options)));
        const end = batch.at(-1);
        if (end === undefined) return;
        last = idOf(end);
        yield batch.map(parse);
      }
    },
  };
}

/** A server counts what is missing apart from what is null. */
function merged(rows: readonly CountRow[]): CountRow[] {
  const byKey = new Map<string, CountRow>();
  for (const { key, count } of rows) {
    const text = JSON.stringify(key);
    byKey.set(text, { key, count: count + (byKey.get(text)?.count ?? 0) });
  }
  return [...byKey.values()];
}
