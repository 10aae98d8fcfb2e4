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
  /** The queues it consumes: their dead letters are shown and replayed, their depths measured. */
  readonly queues: readonly string[];
  /** Adds its routes. May run before `start`. */
  routes(app: Http): Promise<void> | void;
  /** Hydrates, finishes what a crash left half done, then consumes. Ready once it resolves. */
  start(): Promise<void>;
  /** Stops intake and drains: resolves when nothing is under way any more. */
  stop(): Promise<void>;
  /**
   * What it cannot do its own work without at any time. Without one of these the process is not ready; the
   * others are shown in `/readyz` and measured all the same.
   */
  readonly needs: readonly Need[];
  /** Readiness by name, beside what it needs: each resolves when well, rejects with why not. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
}

/** What every service is built from, beside its own. */
export interface ServiceDeps {
  readonly store: Store;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}
