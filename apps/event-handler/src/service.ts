import type { Consumer } from '@herald/broker';
import { queue } from '@herald/contracts';
import { type OutageWatch, type Service, type ServiceDeps, watchOutage } from '@herald/process';
import { consumeEvents } from './append/consumer.ts';
import { createLogWriter } from './append/writer.ts';
import { companyRoutes } from './companies/routes.ts';
import { eventRoutes } from './events/routes.ts';
import { eventHandlerMetrics } from './metrics.ts';
import { prospectRoutes } from './prospects/routes.ts';
import { suppressionRoutes } from './suppressions/routes.ts';
import { timelineRoutes } from './timeline/routes.ts';

export { replayCommand } from './replay/command.ts';

/** The only writer of the event log. Folds prospects and companies, and shows their state and history. */
export function createEventHandler(deps: ServiceDeps): Service {
  const { store, broker, log } = deps;
  const metrics = deps.metrics.declare(eventHandlerMetrics);
  const writer = createLogWriter(store);
  let running: { readonly consumer: Consumer; readonly outage: OutageWatch } | undefined;

  return {
    name: 'event-handler',
    queues: [queue.eventHandlerEvents],
    routes(app) {
      prospectRoutes(app, deps);
      companyRoutes(app, deps);
      timelineRoutes(app, deps);
      eventRoutes(app, deps);
      suppressionRoutes(app, store);
    },
    async start() {
      // Nothing to hydrate: it keeps nothing in memory, and the queue redelivers what a crash left half done.
      const outage = watchOutage(deps);
      running = { outage, consumer: await consumeEvents({ writer, broker, outage, log, metrics }) };
    },
    async stop() {
      running?.outage.abandon();
      await running?.consumer.stop();
      running = undefined;
    },
    needs: ['store', 'broker'],
    checks: {
      consuming: async () => {
        if (running === undefined) throw new Error('events are not being consumed');
      },
    },
  };
}
