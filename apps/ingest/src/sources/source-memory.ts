import type { Broker, Consumer } from '@herald/broker';
import { changeContract, exchange, type SourceDocument } from '@herald/contracts';
import type { Log } from '@herald/service';
import type { Collection } from '@herald/store';
import { type Source, toSource } from './definition.ts';

/** ms of wall time until a read of the store that failed is tried again. */
const RETRY_AFTER = 1_000;

/** Every source of every workspace, compiled: webhooks are answered from here, also while the store is down. */
export interface SourceMemory {
  find(workspace: string, id: string): Source | undefined;
  /** False until everything was read once: an unknown source is not yet known to be unknown. */
  isHydrated(): boolean;
  /** Resolves when every source is in memory and changes are followed; rejects if the store cannot be read. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads one source again: once it resolves, `find` gives what the store has, or something newer. */
  refresh(workspace: string, id: string): Promise<void>;
}

export function createSourceMemory(deps: {
  collection: Collection<SourceDocument>;
  broker: Pick<Broker, 'subscribe'>;
  log: Log;
}): SourceMemory {
  const { collection, broker, log } = deps;
  let sources = new Map<string, Source>();
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

  const remember = (into: Map<string, Source>, doc: SourceDocument): void => {
    const source = toSource(doc);
    if (source.faults.length > 0)
      log.error(
        { workspace: doc.workspace, source: doc.id, faults: source.faults },
        'a stored source does not compile',
      );
    into.set(keyOf(doc.workspace, doc.id), source);
  };

  const hydrate = (): Promise<void> =>
    inTurn(async () => {
      const fresh = new Map<string, Source>();
      for await (const batch of collection.scan()) for (const doc of batch) remember(fresh, doc);
      sources = fresh;
      hydrated = true;
    });

  const refresh = (workspace: string, id: string): Promise<void> =>
    inTurn(async () => {
      const doc = await collection.get(workspace, id);
      if (doc === undefined) sources.delete(keyOf(workspace, id));
      else remember(sources, doc);
    });

  /** Whatever was missed, reading everything again finds it. */
  const rehydrate = (): void => {
    hydrate().catch(later);
  };

  const later = (error: unknown): void => {
    log.warn({ err: error }, 'sources could not be read; the ones in memory stand');
    if (stopped || retryTimer !== undefined) return;
    retryTimer = setTimeout(() => {
      retryTimer = undefined;
      rehydrate();
    }, RETRY_AFTER);
  };

  const onChange = (body: unknown): void => {
    try {
      const change = changeContract.parse(body);
      if (change.kind === 'source') refresh(change.workspace, change.id).catch(later);
    } catch (error) {
      later(error);
    }
  };

  return {
    find: (workspace, id) => sources.get(keyOf(workspace, id)),
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

/** Neither a workspace's nor a source's id has a slash, but a URL's parts may: those of a URL that has one are nobody's. */
const keyOf = (workspace: string, id: string): string => JSON.stringify([workspace, id]);
