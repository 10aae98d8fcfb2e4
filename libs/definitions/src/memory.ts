import type { Collection, Document } from '@herald/store';
import { createFollower, type Follower, type FollowerDeps } from './follower.ts';

/** What is kept of every document of a collection: answers come from here, also while the store is down. */
export interface DocumentMemory<Kept> extends Follower {
  find(workspace: string, id: string): Kept | undefined;
}

export interface DocumentMemoryDeps<Doc extends Document, Kept>
  extends Pick<FollowerDeps, 'kind' | 'broker' | 'log'> {
  readonly collection: Pick<Collection<Doc>, 'get' | 'scan'>;
  /** What to keep of a document; undefined: nothing. */
  readonly keep: (doc: Doc) => Kept | undefined;
}

export function createDocumentMemory<Doc extends Document, Kept>(
  deps: DocumentMemoryDeps<Doc, Kept>,
): DocumentMemory<Kept> {
  const { collection, keep } = deps;
  let memory = new Map<string, Kept>();

  const remember = (into: Map<string, Kept>, doc: Doc): void => {
    const kept = keep(doc);
    if (kept === undefined) into.delete(keyOf(doc.workspace, doc.id));
    else into.set(keyOf(doc.workspace, doc.id), kept);
  };

  const follower = createFollower({
    ...deps,
    async readAll() {
      const fresh = new Map<string, Kept>();
      for await (const batch of collection.scan()) for (const doc of batch) remember(fresh, doc);
      memory = fresh;
    },
    async readOne(workspace, id) {
      const doc = await collection.get(workspace, id);
      if (doc === undefined) memory.delete(keyOf(workspace, id));
      else remember(memory, doc);
    },
  });

  return { ...follower, find: (workspace, id) => memory.get(keyOf(workspace, id)) };
}

/**
 * Neither a workspace's nor a document's id has a slash, but a URL's parts may: those of a URL that has one
 * are nobody's.
 */
const keyOf = (workspace: string, id: string): string => JSON.stringify([workspace, id]);
