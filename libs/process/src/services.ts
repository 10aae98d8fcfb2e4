import type { Log } from '@herald/log';
import type { Service } from './service.ts';

/** Services that start and stop together. */
export interface ServiceGroup {
  /**
   * One after the other, each hydrated before the next. Rejects with the first failure; ends early once a
   * stop was asked for.
   */
  start(): Promise<void>;
  /**
   * All at once, those that were started: a consumer that stops late must not hold up the others. Rejects
   * when any failed.
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
      // A service is only stopped once its start is over; whether that went well is told by `start`.
      await starting.catch(() => {});
      const results = await Promise.allSettled(started.map((service) => service.stop()));
      const failures = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      if (failures.length > 0) throw new AggregateError(failures, 'a service could not be stopped');
    },
  };
}
