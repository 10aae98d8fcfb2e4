import type { Collection, Document, FindQuery } from './documents.ts';

/**
 * Every document that a query finds, in its order, a page of `limit` at a time. Changes of documents
 * meanwhile do not disturb it.
 */
export async function* findAll<T extends Document>(
  collection: Pick<Collection<T>, 'find'>,
  query: Omit<FindQuery, 'cursor'>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page = await collection.find({ ...query, cursor });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}
