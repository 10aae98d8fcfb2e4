import { readJson } from '@herald/domain';
import type { Db, Filter, Collection as MongoCollection } from 'mongodb';
import type { Document } from '../documents.ts';
import { eachOf } from './concurrently.ts';
import { type CollectionSchema, type DocumentRow, type DocumentSchema, indexNames } from './schema.ts';

const BATCH = 100;

/** Makes the indexes that are missing, and with them the collection. */
async function createIndexes(db: Db, { name, indexes }: CollectionSchema): Promise<void> {
  const there = await indexNames(db, name);
  const missing = indexes.filter((index) => !there?.has(index.name));
  if (missing.length > 0) await db.collection(name).createIndexes([...missing]);
}

/**
 * Makes what is missing. The documents get the text of a new index before the index is made, so an index that
 * is there is filled. A process of the version before knows nothing of it: what it writes meanwhile is found
 * by the index itself, here or at the next run.
 */
export async function migrate(
  db: Db,
  plain: readonly CollectionSchema[],
  documents: readonly DocumentSchema[],
): Promise<void> {
  for (const schema of plain) await createIndexes(db, schema);
  for (const schema of documents) {
    const rows = db.collection<DocumentRow>(schema.name);
    const there = await indexNames(db, schema.name);
    const added = schema.keys.filter(({ name }) => there !== undefined && !there.has(name));
    // The one read of a whole collection, and only for a new index.
    for (const { field } of added) await fill(rows, schema, { [field]: { $exists: false } });
    await createIndexes(db, schema);
    for (const { field, name } of schema.keys) await fill(rows, schema, { [field]: null }, name);
  }
}

async function fill(
  rows: MongoCollection<DocumentRow>,
  schema: DocumentSchema,
  lacking: Filter<DocumentRow>,
  hint?: string,
): Promise<void> {
  for (;;) {
    const found = await rows
      .find(lacking, { limit: BATCH, ...(hint === undefined ? {} : { hint }) })
      .toArray();
    if (found.length === 0) return;
    // A document that changed in between is found again, if it still lacks the text.
    await eachOf(found, ({ _id, body }) =>
      rows.updateOne({ _id, body }, { $set: textsOf(schema, readJson(body) as Document) }),
    );
  }
}

const textsOf = (schema: DocumentSchema, doc: Document): Record<string, string> =>
  Object.fromEntries(Object.entries(schema.keysOf(doc)).map(([name, text]) => [`keys.${name}`, text]));
