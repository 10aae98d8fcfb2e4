import { type Clock, type Instant, wall } from '@herald/domain';
import type { Collection, Document } from '@herald/store';

/** Looks regularly for documents whose `sweepAt` has come, and gives each to `handle`. */
export interface Sweep {
  /** The first round begins now. */
  start(): void;
  /** Stops after the round under way. */
  stop(): Promise<void>;
  /** One round now: everything due is handled before it resolves. */
  run(): Promise<void>;
}

export interface SweepDeps<T extends Document> {
  readonly collection: Collection<T>;
  readonly clock: Clock;
  /**
   * Does what the document needs, and writes it with a later `sweepAt`. After an error it is tried again when
   * the lease ends.
   */
  readonly handle: (doc: T) => Promise<void>;
  readonly onError: (error: unknown, doc?: T) => void;
  /** ms of wall time between rounds. */
  readonly every: number;
  /** ms of wall time for which no other process gets a claimed batch. */
  readonly lease: number;
  /** Documents claimed at once. */
  readonly batch: number;
}

export function createSweep<T extends Document>(deps: SweepDeps<T>): Sweep {
  const { collection, clock } = deps;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let round: Promise<void> = Promise.resolve();

  const claim = (now: Instant): Promise<T[]> =>
    collection.claim({ dueBy: now, until: now + wall(clock, deps.lease), limit: deps.batch });

  const handle = (doc: T): Promise<void> =>
    deps.handle(doc).catch((error: unknown) => deps.onError(error, doc));

  const sweepAll = async (): Promise<void> => {
    for (;;) {
      const claimed = await claim(clock.now());
      await Promise.all(claimed.map(handle));
      if (claimed.length < deps.batch || stopped) return;
    }
  };

  const turn = (): void => {
    round = sweepAll()
      .catch(deps.onError)
      .then(() => {
        if (!stopped) timer = setTimeout(turn, deps.every);
      });
  };

  return {
    start: turn,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
    run: sweepAll,
  };
}
