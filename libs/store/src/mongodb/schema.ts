import { type Db, type IndexDescription, MongoServerError } from 'mongodb';
import type { CollectionSpec, Document, Scalar } from '../documents.ts';
import { assertSpec } from '../spec.ts';

/** What one collection must have. */
export interface CollectionSchema {
  readonly name: string;
  readonly indexes: readonly (IndexDescription & { readonly name: string })[];
  /** Every field of the indexes, dotted; those that the store needs for itself may be left out. */
  readonly indexed: readonly string[];
}

/**
 * An index of a spec: its fields, and `_id` to make the order total. Its name says them, so that other fields
 * are another index and the one of the version before goes on.
 */
interface DocumentIndex {
  readonly name: string;
  /** The fields that the spec gives it, dotted. */
  readonly fields: readonly string[];
}

export interface DocumentSchema extends CollectionSchema {
  /**
   * The index of that name; throws when there is none, or when it has fewer fields than `equals` has values.
   */
  index(name: string, equals: readonly Scalar[]): DocumentIndex;
}

export const SWEEP = 'sweepAt';

/** The names of its fields, with commas between. */
export const indexOn = (fields: readonly string[]): CollectionSchema['indexes'][number] => ({
  name: fields.join(','),
  key: Object.fromEntries(fields.map((field) => [field, 1])),
});

export function documentSchema(spec: CollectionSpec<Document>): DocumentSchema {
  assertSpec(spec);
  const byName = new Map(
    Object.entries(spec.indexes).map(([name, fields]): [string, DocumentIndex] => [
      name,
      { name: [...fields, '_id'].join(','), fields },
    ]),
  );
  const distinct = [...new Map([...byName.values()].map((index) => [index.name, index])).values()];
  return {
    name: spec.name,
    indexes: [indexOn([SWEEP]), ...distinct.map(({ fields }) => indexOn([...fields, '_id']))],
    indexed: [...new Set(distinct.flatMap(({ fields }) => fields))],
    index(name, equals) {
      const index = byName.get(name);
      if (index === undefined) throw new Error(`${spec.name} has no index ${name}`);
      if (equals.length > index.fields.length)
        throw new Error(`The index ${name} has ${index.fields.length} fields, not ${equals.length}`);
      return index;
    },
  };
}

const NAMESPACE_NOT_FOUND = 26;

/** The names of a collection's indexes; undefined where there is no collection. */
export async function indexNames(db: Db, collection: string): Promise<Set<string> | undefined> {
  try {
    const indexes = await db.collection(collection).listIndexes().toArray();
    return new Set(indexes.map(({ name }) => String(name)));
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return undefined;
    throw error;
  }
}

/** Names of the collections and indexes that the database lacks. */
export async function missingFrom(db: Db, schemas: readonly CollectionSchema[]): Promise<string[]> {
  const missing = await Promise.all(
    schemas.map(async ({ name, indexes }) => {
      const there = await indexNames(db, name);
      if (there === undefined) return [name];
      return indexes.filter((index) => !there.has(index.name)).map((index) => `${name}/${index.name}`);
    }),
  );
  return missing.flat();
}
