import { writeJson } from '@herald/domain';
import { type Db, type IndexDescription, MongoServerError } from 'mongodb';
import type { CollectionSpec, Document, FindQuery, Scalar } from '../documents.ts';
import { assertSpec, sweepAtOf, valueAt } from '../spec.ts';
import { encodeKey, idOf, type KeyRange, keyRange } from './keys.ts';

/** What one collection must have. */
export interface CollectionSchema {
  readonly name: string;
  readonly indexes: readonly (IndexDescription & { readonly name: string })[];
}

/**
 * A document as it lies in MongoDB: its JSON as text, and beside it what must be found or guarded. Nothing a
 * customer sent is ever a name of a field or part of a query.
 */
export interface DocumentRow {
  readonly _id: string;
  readonly version: number;
  /** Absent: never. The truth: a lease moves it and leaves the body alone. */
  readonly sweepAt?: number;
  /** Who holds the lease on it. Gone with the next write. */
  readonly lease?: unknown;
  /** One text per index, by the index's name; see `encodeKey`. */
  readonly keys: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * An index of a spec. Its name says its fields, so that other fields are another index and the one of the
 * version before goes on.
 */
interface DocumentIndex {
  readonly name: string;
  /** The field that holds its text. */
  readonly field: string;
  /** How many fields the spec gives it. */
  readonly own: number;
}

export interface DocumentSchema extends CollectionSchema {
  readonly keys: readonly DocumentIndex[];
  /**
   * The index of that name; throws when there is none, or when it has fewer fields than `equals` has values.
   */
  index(name: string, equals: readonly Scalar[]): DocumentIndex;
  /**
   * The index of a query and the range it asks for, undefined where there can be nothing; throws when it does
   * not fit the spec.
   */
  range(query: Omit<FindQuery, 'limit'>): { index: DocumentIndex; range: KeyRange | undefined };
  keysOf(doc: Document): Record<string, string>;
  toRow(doc: Document): DocumentRow;
}

export const SWEEP = 'sweepAt';

export function documentSchema(spec: CollectionSpec<Document>): DocumentSchema {
  assertSpec(spec);
  const byName = new Map(
    Object.entries(spec.indexes).map(
      ([name, paths]): [string, DocumentIndex & { paths: readonly string[] }] => {
        // No path has a comma or a colon, and the name of a field has no dot.
        const own = paths.map((path) => path.replaceAll('.', ':')).join(',');
        return [name, { name: own, field: `keys.${own}`, own: paths.length, paths }];
      },
    ),
  );
  const keys = [...new Map([...byName.values()].map((index) => [index.name, index])).values()];
  const indexOf = (name: string, equals: readonly Scalar[]): DocumentIndex => {
    const index = byName.get(name);
    if (index === undefined) throw new Error(`${spec.name} has no index ${name}`);
    if (equals.length > index.own)
      throw new Error(`The index ${name} has ${index.own} fields, not ${equals.length}`);
    return index;
  };
  const keysOf = (doc: Document): Record<string, string> =>
    Object.fromEntries(
      keys.map(({ name, paths }) => [name, encodeKey(paths.map((path) => valueAt(doc, path)))]),
    );

  return {
    name: spec.name,
    indexes: [
      { name: SWEEP, key: { sweepAt: 1 } },
      ...keys.map(({ name, field }) => ({ name, key: { [field]: 1 as const, _id: 1 as const } })),
    ],
    keys,
    index: indexOf,
    range({ index: name, equals, from, before }) {
      const index = indexOf(name, equals);
      if (equals.length === index.own && (from !== undefined || before !== undefined)) {
        throw new Error(`The index ${name} has no field for the bounds`);
      }
      return { index, range: keyRange(equals, from, before) };
    },
    keysOf,
    toRow(doc) {
      const sweepAt = sweepAtOf(doc);
      return {
        _id: idOf(doc),
        version: doc.version,
        ...(sweepAt === null ? {} : { sweepAt }),
        keys: keysOf(doc),
        body: writeJson(doc),
      };
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
