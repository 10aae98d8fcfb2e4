import type { Collection, Document } from './documents.ts';

/**
 * Others kept winning the race for a document. Whoever consumes a delivery gives it back to its queue, to be
 * tried again later.
 */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly code = 'conflict';
}

/**
 * What `attempt` gives. It gives undefined when somebody else wrote first: then it is called again at once,
 * to start from what is stored now. Undefined: it was so `tries` times.
 */
export async function retryOnConflict<R>(
  tries: number,
  attempt: () => Promise<R | undefined>,
): Promise<R | undefined> {
  for (let n = 0; n < tries; n += 1) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  return undefined;
}

export interface Numbered<T> {
  /** The highest number known to be taken. */
  readonly after: number;
  /** How many numbers are tried. */
  readonly tries: number;
  readonly docOf: (n: number) => T;
  /** Whether a document that has the number is as good as the one to be inserted. */
  readonly isSame: (taken: T) => boolean;
}

/**
 * Inserts a document under the first free number. A number that is taken belongs to a writer that was
 * quicker, or that crashed before it pointed to what it wrote: what has the same content is used, else the
 * next number. Undefined: all numbers tried are taken by other content.
 */
export async function insertNumbered<T extends Document>(
  collection: Pick<Collection<T>, 'get' | 'write'>,
  { after, tries, docOf, isSame }: Numbered<T>,
): Promise<T | undefined> {
  let n = after;
  return retryOnConflict(tries, async () => {
    n += 1;
    const doc = docOf(n);
    const [inserted] = await collection.write([{ doc, ifVersion: null }]);
    if (inserted === true) return doc;
    const taken = await collection.get(doc.workspace, doc.id);
    return taken !== undefined && isSame(taken) ? taken : undefined;
  });
}
