import type { Broker } from '@herald/broker';
import type { Clock } from '@herald/domain';
import type { Http } from '@herald/http';
import type { Log } from '@herald/log';
import type { Metrics } from '@herald/metrics';
import type { Store } from '@herald/store';

type Need = 'store' | 'broker';

/** One of Herald's services, built from its dependencies and not yet running. */
export interface Service {
  readonly name: string;
  /** The queues it consumes: the process serves their dead letters and measures their lengths. */
  readonly queues: readonly string[];
  /** Adds its routes. May run before `start`. */
  routes(app: Http): Promise<void> | void;
  /**
   * Loads what it keeps in memory, finishes what a crash left half done, then consumes. Ready once it
   * resolves.
   */
  start(): Promise<void>;
  /** Stops consuming and drains. Resolves when nothing is under way any more. */
  stop(): Promise<void>;
  /**
   * What it needs at all times. The process is not ready without them; the others are shown in `/readyz` and
   * measured.
   */
  readonly needs: readonly Need[];
  /**
   * Readiness checks by name, beside those of its needs: each resolves if all is well, else rejects with what
   * is wrong.
   */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
}

/** What every service is built from, beside its own dependencies. */
export interface ServiceDeps {
  readonly store: Store;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}
