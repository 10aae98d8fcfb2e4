import type { Db } from 'mongodb';
import { type CollectionSchema, indexNames } from './schema.ts';

/** Makes the indexes that are missing, and with them the collections. Others, an operator's own, stay. */
export async function migrate(db: Db, schemas: readonly CollectionSchema[]): Promise<void> {
  for (const { name, indexes } of schemas) {
    const there = await indexNames(db, name);
    const missing = indexes.filter((index) => !there?.has(index.name));
    if (missing.length > 0) await db.collection(name).createIndexes([...missing]);
  }
}
