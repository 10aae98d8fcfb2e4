import type { Broker } from '@herald/broker';
import type { OutboxDocument } from '@herald/contracts';
import { type Clock, type Instant, wall } from '@herald/domain';
import type { Collection } from '@herald/store';

/** How long, in ms of wall time, a full outbox is left to whoever wrote it before the sweep publishes it too. */
const OUTBOX_GRACE = 10_000;

/**
 * Writes documents together with what must be published because of them, publishes, and clears. A crash between any two of
 * these leaves a full outbox, which the next touch or the sweep publishes again; receivers drop by id what they have.
 */
export interface Outbox<T extends OutboxDocument> {
  /** The document with an empty outbox: one that was left full is published and cleared first. */
  load(workspace: string, id: string): Promise<T | undefined>;
  /** The same for a document already read. */
  flush(doc: T): Promise<T>;
  /**
   * Writes `doc` if the stored version is still `ifVersion` (null: if there is none), publishes its outbox and clears it. False: somebody
   * else was there first, nothing was published. When it resolves with true, everything is durable and confirmed.
   */
  commit(doc: T, ifVersion: number | null): Promise<boolean>;
}

export interface OutboxDeps<T extends OutboxDocument> {
  readonly collection: Collection<T>;
  readonly broker: Pick<Broker, 'publish'>;
  readonly clock: Clock;
  /** When the document next needs attention once its outbox is empty; null for never. */
  readonly attention: (doc: T) => Instant | null;
}

export function createOutbox<T extends OutboxDocument>({
  collection,
  broker,
  clock,
  attention,
}: OutboxDeps<T>): Outbox<T> {
  const flush = async (doc: T): Promise<T> => {
    if (doc.outbox.length === 0) return doc;
    await broker.publish(doc.outbox);
    const cleared: T = { ...doc, outbox: [], sweepAt: attention(doc) };
    await collection.write([{ doc: cleared, ifVersion: doc.version }]);
    return cleared;
  };

  return {
    flush,
    async load(workspace, id) {
      const doc = await collection.get(workspace, id);
      return doc === undefined ? undefined : flush(doc);
    },
    async commit(doc, ifVersion) {
      const sweepAt = doc.outbox.length > 0 ? clock.now() + wall(clock, OUTBOX_GRACE) : attention(doc);
      const full: T = { ...doc, sweepAt };
      const [written] = await collection.write([{ doc: full, ifVersion }]);
      if (written !== true) return false;
      await flush(full);
      return true;
    },
  };
}
