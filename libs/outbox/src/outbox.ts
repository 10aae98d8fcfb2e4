import type { Broker } from '@herald/broker';
import type { OutboxDocument } from '@herald/contracts';
import { type Clock, type Instant, wall } from '@herald/domain';
import { type Collection, ConflictError } from '@herald/store';

/** ms of wall time before the sweep publishes a full outbox that its writer has not published. */
const OUTBOX_GRACE = 10_000;
/** How often a change is tried before the conflict is given up on. */
const TRIES = 5;

/**
 * Writes documents together with the messages that they lead to, publishes these, finishes, and clears the
 * outbox. A crash in between leaves a full outbox: the next use or the sweep does all of it again. Receivers
 * ignore a message whose id they know.
 */
export interface Outbox<T extends OutboxDocument> {
  /** The document, with an empty outbox: a full one is published, finished and cleared first. */
  load(workspace: string, id: string): Promise<T | undefined>;
  /** The same for a document already read. */
  flush(doc: T): Promise<T>;
  /**
   * Writes `doc` if the stored version is still `ifVersion` (null: if there is none), publishes its outbox,
   * finishes and clears it. Undefined: another write came first, and nothing was published. Else all is
   * durable and confirmed, and this is the document now. With `unpublished` its outbox may still be full.
   */
  commit(doc: T, ifVersion: number | null): Promise<T | undefined>;
  /**
   * What `attempt` gives. It gets the document with an empty outbox, and gives undefined when another write
   * came before its commit: then it is called again at once with the document as it is now. After five such
   * conflicts `change` throws a `ConflictError`.
   */
  change<R>(found: T, attempt: (doc: T) => Promise<R | undefined>): Promise<R>;
}

export interface OutboxDeps<T extends OutboxDocument> {
  /** What a document is, for errors: `message`. */
  readonly noun: string;
  readonly collection: Collection<T>;
  readonly broker: Pick<Broker, 'publish'>;
  readonly clock: Clock;
  /** When the sweep next looks at the document once its outbox is empty. Null: never. */
  readonly nextSweepAt: (doc: T) => Instant | null;
  /** What must follow the publish before the work is done. Gives the document if that changed it. */
  readonly finish?: (doc: T) => Promise<T | undefined>;
  /**
   * Called when a commit is stored and could not be published. The commit then resolves, and the sweep will
   * publish it. Without this function the commit rejects.
   */
  readonly unpublished?: (error: unknown) => void;
}

export function createOutbox<T extends OutboxDocument>(deps: OutboxDeps<T>): Outbox<T> {
  const { collection, broker, clock, nextSweepAt, finish, unpublished } = deps;

  const flush = async (doc: T): Promise<T> => {
    if (doc.outbox.length === 0) return doc;
    await broker.publish(doc.outbox);
    const moved = await finish?.(doc);
    if (moved !== undefined) return moved;
    const cleared: T = { ...doc, outbox: [], sweepAt: nextSweepAt(doc) };
    await collection.write([{ doc: cleared, ifVersion: doc.version }]);
    return cleared;
  };

  const load = async (workspace: string, id: string): Promise<T | undefined> => {
    const doc = await collection.get(workspace, id);
    return doc === undefined ? undefined : flush(doc);
  };

  return {
    load,
    flush,
    async change(found, attempt) {
      let doc: T | undefined = await flush(found);
      for (let tries = 0; doc !== undefined && tries < TRIES; tries += 1) {
        const result = await attempt(doc);
        if (result !== undefined) return result;
        doc = await load(found.workspace, found.id);
      }
      throw new ConflictError(`${deps.noun} ${found.id} kept changing`);
    },
    async commit(doc, ifVersion) {
      const sweepAt = doc.outbox.length > 0 ? clock.now() + wall(clock, OUTBOX_GRACE) : nextSweepAt(doc);
      const full: T = { ...doc, sweepAt };
      const [written] = await collection.write([{ doc: full, ifVersion }]);
      if (written !== true) return undefined;
      if (unpublished === undefined) return flush(full);
      return flush(full).catch((error: unknown) => {
        unpublished(error);
        return full;
      });
    },
  };
}
