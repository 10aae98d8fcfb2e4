import type { Log } from '@herald/log';
import type { Service } from './service.ts';

/** Services that start and stop together. */
export interface ServiceGroup {
  /** Starts one after the other. Rejects with the first failure; ends early once a stop has begun. */
  start(): Promise<void>;
  /**
   * Stops all that were started, at once, so that one slow consumer does not delay the others. Rejects if any
   * failed.
   */
  stop(): Promise<void>;
}

export function createServices(services: readonly Service[], log: Log): ServiceGroup {
  const started: Service[] = [];
  let starting: Promise<void> = Promise.resolve();
  let stopping = false;

  const startAll = async (): Promise<void> => {
    for (const service of services) {
      if (stopping) throw new Error('asked to stop before everything had started');
      started.push(service);
      const begin = performance.now();
      await service.start();
      log.info({ part: service.name, ms: Math.round(performance.now() - begin) }, 'service started');
    }
    if (stopping) throw new Error('asked to stop before everything had started');
  };

  return {
    start() {
      starting = startAll();
      return starting;
    },
    async stop() {
      stopping = true;
      // A service is stopped only after its start has ended; `start` reports whether that went well.
      await starting.catch(() => {});
      const results = await Promise.allSettled(started.map((service) => service.stop()));
      const failures = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      if (failures.length > 0) throw new AggregateError(failures, 'a service could not be stopped');
    },
  };
}
