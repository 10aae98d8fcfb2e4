import type { Db, Collection as MongoCollection } from 'mongodb';
import { takeBatch } from './batch.ts';
import { eachOf } from './concurrently.ts';
import { tryAgain } from './passing.ts';
import { changeFor, type Row } from './rows.ts';
import { type CollectionSchema, indexNames } from './schema.ts';

const BATCH = 500;

/**
 * Makes the indexes that are missing, and with them the collections. Others, an operator's own, stay. The
 * rows get what a new index needs before it is made, so an index that is there is whole.
 */
export async function migrate(db: Db, schemas: readonly CollectionSchema[]): Promise<void> {
  for (const { name, indexes, indexed } of schemas) {
    const there = await indexNames(db, name);
    const missing = indexes.filter((index) => !there?.has(index.name));
    if (missing.length === 0) continue;
    // The one read of a whole collection, and only for a new index.
    if (there !== undefined) await fill(db.collection<Row>(name), indexed);
    await db.collection(name).createIndexes([...missing]);
  }
}

async function fill(rows: MongoCollection<Row>, indexed: readonly string[]): Promise<void> {
  const options = { projection: { _claim: 0 }, sort: { _id: 1 }, limit: BATCH, batchSize: BATCH } as const;
  for (let last = ''; ; ) {
    const batch = await takeBatch(rows.find({ _id: { $gt: last } }, { ...options, useBigInt64: true }));
    const end = batch.at(-1);
    if (end === undefined) return;
    last = end._id;
    await eachOf(batch, async (row) => {
      const change = changeFor(row, indexed);
      const { _id, version, _json } = row;
      // Whoever wrote it meanwhile knew what it must have.
      const same = { _id, version: version ?? null, _json: _json ?? null } as object;
      if (change !== undefined) await tryAgain(() => rows.updateOne(same, change));
    });
  }
}
