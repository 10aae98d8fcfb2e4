import type { Broker, Consumer } from '@herald/broker';
import { type Change, changeContract, exchange } from '@herald/contracts';
import type { Log } from '@herald/log';
import type { Collection, Document } from '@herald/store';

/** ms of wall time until a read of the store that failed is tried again. */
const RETRY_AFTER = 1_000;

/** What is kept of every document of a collection: answers come from here, also while the store is down. */
export interface DocumentMemory<Kept> {
  find(workspace: string, id: string): Kept | undefined;
  /** False until everything was read once: what is not found is not yet known to be unknown. */
  isHydrated(): boolean;
  /** Resolves when everything is in memory and changes are followed; rejects if the store cannot be read. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads one document again: once it resolves, `find` gives what the store has, or something newer. */
  refresh(workspace: string, id: string): Promise<void>;
}

export interface DocumentMemoryDeps<Doc extends Document, Kept> {
  readonly collection: Collection<Doc>;
  /** Changes of this kind are of these documents. */
  readonly kind: Change['kind'];
  /** What to keep of a document; undefined: nothing. */
  readonly keep: (doc: Doc) => Kept | undefined;
  readonly broker: Pick<Broker, 'subscribe'>;
  readonly log: Log;
}

export function createDocumentMemory<Doc extends Document, Kept>(
  deps: DocumentMemoryDeps<Doc, Kept>,
): DocumentMemory<Kept> {
  const { collection, kind, keep, broker, log } = deps;
  let memory = new Map<string, Kept>();
  let hydrated = false;
  let stopped = false;
  let subscription: Consumer | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** One read at a time: an older answer of the store can never overwrite a newer one. */
  const inTurn = <T>(read: () => Promise<T>): Promise<T> => {
    const mine = last.then(read, read);
    last = mine.catch(() => undefined);
    return mine;
  };

  const remember = (into: Map<string, Kept>, doc: Doc): void => {
    const kept = keep(doc);
    if (kept === undefined) into.delete(keyOf(doc.workspace, doc.id));
    else into.set(keyOf(doc.workspace, doc.id), kept);
  };

  const hydrate = (): Promise<void> =>
    inTurn(async () => {
      const fresh = new Map<string, Kept>();
      for await (const batch of collection.scan()) for (const doc of batch) remember(fresh, doc);
      memory = fresh;
      hydrated = true;
    });

  const refresh = (workspace: string, id: string): Promise<void> =>
    inTurn(async () => {
      const doc = await collection.get(workspace, id);
      if (doc === undefined) memory.delete(keyOf(workspace, id));
      else remember(memory, doc);
    });

  /** Whatever was missed, reading everything again finds it. */
  const rehydrate = (): void => {
    hydrate().catch(later);
  };

  const later = (error: unknown): void => {
    log.warn({ err: error, kind }, 'definitions could not be read; the ones in memory stand');
    if (stopped || retryTimer !== undefined) return;
    retryTimer = setTimeout(() => {
      retryTimer = undefined;
      rehydrate();
    }, RETRY_AFTER);
  };

  const onChange = (body: unknown): void => {
    try {
      const change = changeContract.parse(body);
      if (change.kind === kind) refresh(change.workspace, change.id).catch(later);
    } catch (error) {
      later(error);
    }
  };

  return {
    find: (workspace, id) => memory.get(keyOf(workspace, id)),
    isHydrated: () => hydrated,
    refresh,
    async start() {
      // Followed first, then read: a change in between is seen twice rather than never.
      subscription ??= await broker.subscribe(exchange.changes, onChange, rehydrate);
      await hydrate();
    },
    async stop() {
      stopped = true;
      clearTimeout(retryTimer);
      await subscription?.stop();
      await last;
    },
  };
}

/**
 * Neither a workspace's nor a document's id has a slash, but a URL's parts may: those of a URL that has one
 * are nobody's.
 */
const keyOf = (workspace: string, id: string): string => JSON.stringify([workspace, id]);
