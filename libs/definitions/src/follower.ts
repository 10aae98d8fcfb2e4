import type { Broker, Consumer } from '@herald/broker';
import { type Change, changeContract, exchange } from '@herald/contracts';
import type { Log } from '@herald/log';

/** ms of wall time until a read of the store that failed is tried again. */
const RETRY_AFTER = 1_000;

/** One kind of definition in memory, kept as the store has it. */
export interface Follower {
  /** Resolves when everything is in memory and changes are followed; rejects if the store cannot be read. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads one definition again: once it resolves, memory has what the store has, or something newer. */
  refresh(workspace: string, id: string): Promise<void>;
  /** False until everything was read once: what is not in memory may still exist. */
  isHydrated(): boolean;
  /** For readiness: rejects until everything was read once. */
  check(): Promise<void>;
}

export interface FollowerDeps {
  readonly kind: Change['kind'];
  /** Reads all definitions of the kind into memory. */
  readonly readAll: () => Promise<void>;
  /** Reads one definition into memory. */
  readonly readOne: (workspace: string, id: string) => Promise<void>;
  readonly broker: Pick<Broker, 'subscribe'>;
  readonly log: Pick<Log, 'warn'>;
}

/**
 * Reads everything on start, after a gap in the changes and after a failed read; reads one definition when it
 * was changed. One read runs at a time, so that an older answer of the store never overwrites a newer one.
 */
export function createFollower({ kind, readAll, readOne, broker, log }: FollowerDeps): Follower {
  let hydrated = false;
  let stopped = false;
  let subscription: Consumer | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  const inTurn = (read: () => Promise<void>): Promise<void> => {
    const mine = last.then(read);
    last = mine.catch(() => undefined);
    return mine;
  };

  const hydrate = (): Promise<void> =>
    inTurn(async () => {
      await readAll();
      hydrated = true;
    });

  const refresh = (workspace: string, id: string): Promise<void> => inTurn(() => readOne(workspace, id));

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
    refresh,
    isHydrated: () => hydrated,
    async check() {
      if (!hydrated) throw new Error(`${kind} definitions are not in memory yet`);
    },
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
