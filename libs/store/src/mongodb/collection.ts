import { readJson } from '@herald/domain';
import type { Db, Filter, Collection as MongoCollection } from 'mongodb';
import { decodeCursor, encodeCursor, InvalidCursorError } from '../cursor.ts';
import type { Collection, CountRow, Document } from '../documents.ts';
import { takeBatch } from './batch.ts';
import { claimRows } from './claim.ts';
import type { Connection } from './connection.ts';
import { decodeKey, idOf, type KeyRange } from './keys.ts';
import { type DocumentRow, type DocumentSchema, SWEEP } from './schema.ts';
import { writeRows } from './write.ts';

const SCAN_BATCH = 500;
const PROJECTION = { body: 1, sweepAt: 1 } as const;

type Found = Pick<DocumentRow, '_id' | 'body' | 'sweepAt'>;

export function createCollection<T extends Document>(
  connection: Connection,
  schema: DocumentSchema,
): Collection<T> {
  const run = <R>(work: (rows: MongoCollection<DocumentRow>) => Promise<R>): Promise<R> =>
    connection.run((db: Db) => work(db.collection<DocumentRow>(schema.name)));

  /** A lease moves `sweepAt` alone, so the field is the truth where it is set. */
  const parse = ({ body, sweepAt }: Found): T => {
    const doc = readJson(body) as T;
    return sweepAt === undefined || doc.sweepAt === sweepAt ? doc : { ...doc, sweepAt };
  };

  return {
    async get(workspace, id) {
      const _id = idOf({ workspace, id });
      const row = await run((rows) => rows.findOne({ _id }, { projection: PROJECTION }));
      return row === null ? undefined : parse(row);
    },
    async getMany(keys) {
      const ids = keys.map(idOf);
      if (ids.length === 0) return [];
      const filter = { _id: { $in: [...new Set(ids)] } };
      const found = await run((rows) =>
        rows.find(filter, { projection: PROJECTION, batchSize: ids.length }).toArray(),
      );
      const byId = new Map(found.map((row) => [row._id, row]));
      return ids.map((id) => {
        const row = byId.get(id);
        return row === undefined ? undefined : parse(row);
      });
    },
    async write(writes) {
      // Turned into text at once: what the caller does to the documents afterwards is not written.
      const prepared = writes.map(({ doc, ifVersion }) => ({ row: schema.toRow(doc), ifVersion }));
      return run((rows) => writeRows(rows, prepared));
    },
    async remove(workspace, id) {
      const _id = idOf({ workspace, id });
      return run(async (rows) => (await rows.deleteOne({ _id })).deletedCount === 1);
    },
    async find(query) {
      const { limit, cursor, reverse = false, equals, from, before } = query;
      if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`Not a limit: ${limit}`);
      const { index, range } = schema.range(query);
      if (range === undefined) return { items: [] };
      const identity = [schema.name, query.index, equals, { from, before, reverse }];
      const position = cursor === undefined ? undefined : decodeCursor(identity, cursor, 2);
      const filters = pageFilters(index.field, range, reverse, position);
      const direction = reverse ? -1 : 1;
      return run(async (rows) => {
        const found: DocumentRow[] = [];
        for (const filter of filters) {
          const lacking = limit + 1 - found.length;
          if (lacking <= 0) continue;
          const options = {
            sort: { [index.field]: direction, _id: direction },
            hint: index.name,
            limit: lacking,
            batchSize: lacking,
            projection: { ...PROJECTION, [index.field]: 1 },
          } as const;
          found.push(...(await rows.find(filter, options).toArray()));
        }
        const page = found.slice(0, limit);
        const items = page.map(parse);
        const last = page.at(-1);
        if (found.length <= limit || last === undefined) return { items };
        return { items, next: encodeCursor(identity, [last.keys[index.name] ?? '', last._id]) };
      });
    },
    async count(query) {
      const { index, range } = schema.range(query);
      if (range === undefined) return 0;
      return run((rows) => rows.countDocuments({ [index.field]: range }, { hint: index.name }));
    },
    async countBy(name, equals) {
      const { index, range } = schema.range({ index: name, equals });
      const pipeline = [
        { $match: { [index.field]: range } },
        { $group: { _id: `$${index.field}`, count: { $sum: 1 } } },
      ];
      const groups = await run((rows) =>
        rows.aggregate<{ _id: string; count: number }>(pipeline, { hint: index.name }).toArray(),
      );
      return groups.map(({ _id, count }): CountRow => ({ key: decodeKey(_id).slice(equals.length), count }));
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
        return first?.sweepAt === undefined ? { count } : { count, oldest: first.sweepAt };
      }),
    async *scan() {
      for (let last = ''; ; ) {
        const filter = { _id: { $gt: last } };
        const options = {
          sort: { _id: 1 },
          limit: SCAN_BATCH,
          batchSize: SCAN_BATCH,
          projection: PROJECTION,
        } as const;
        const batch = await run((rows) => takeBatch(rows.find(filter, options)));
        const end = batch.at(-1);
        if (end === undefined) return;
        last = end._id;
        yield batch.map(parse);
      }
    },
  };
}

/**
 * The searches that together give a page, each to be made when those before it gave too little: what shares
 * the cursor's key, then what lies beyond it. The range stays in each: a forged cursor leads nowhere else.
 */
function pageFilters(
  field: string,
  range: KeyRange,
  reverse: boolean,
  position: readonly unknown[] | undefined,
): Filter<DocumentRow>[] {
  if (position === undefined) return [{ [field]: range }];
  const [key, id] = position;
  if (typeof key !== 'string' || typeof id !== 'string') throw new InvalidCursorError();
  const beyond = reverse ? '$lt' : '$gt';
  return [
    { [field]: { $eq: key, ...range }, _id: { [beyond]: id } },
    { $and: [{ [field]: range }, { [field]: { [beyond]: key } }] },
  ];
}
