import { type Change, ContractError, changeContract, exchange } from '@herald/contracts';
import type { ServiceDeps } from '@herald/process';

/**
 * One kind of definition, kept in memory: read whole on start and after a gap, one by one as changes are
 * told.
 */
export interface Followed {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Rejects until everything has been read once. */
  check(): Promise<void>;
}

export interface FollowedDeps extends Pick<ServiceDeps, 'broker' | 'log'> {
  readonly kind: Change['kind'];
  readonly hydrate: () => Promise<void>;
  readonly refresh: (workspace: string, id: string) => Promise<void>;
}

export function createFollowed({ broker, log, kind, hydrate, refresh }: FollowedDeps): Followed {
  let subscription: { stop(): Promise<void> } | undefined;
  let hydrated = false;

  const attempt = (work: Promise<void>): void => {
    work.catch((error: unknown) => log.error({ err: error, kind }, 'a definition was not read again'));
  };

  const told = (body: unknown): void => {
    try {
      const change = changeContract.parse(body);
      if (change.kind === kind) attempt(refresh(change.workspace, change.id));
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      log.warn({ err: error }, 'a change was told that cannot be read');
    }
  };

  return {
    async start() {
      // First listen, then read: what changes in between is told.
      subscription = await broker.subscribe(exchange.changes, told, () => attempt(hydrate()));
      await hydrate();
      hydrated = true;
    },
    stop: async () => subscription?.stop(),
    async check() {
      if (!hydrated) throw new Error(`${kind} definitions are not in memory yet`);
    },
  };
}
