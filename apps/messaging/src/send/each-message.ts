import type { MessageDocument } from '@herald/contracts';
import type { Collection } from '@herald/store';

const PAGE = 200;

/**
 * Every message document that an index finds, page by page. Changes of documents meanwhile do not disturb it.
 */
export async function* eachMessage(
  collection: Collection<MessageDocument>,
  index: 'byEnrollment' | 'byProspect',
  equals: readonly [workspace: string, id: string],
): AsyncGenerator<MessageDocument> {
  let cursor: string | undefined;
  do {
    const page = await collection.find({ index, equals, limit: PAGE, ...(cursor && { cursor }) });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}
