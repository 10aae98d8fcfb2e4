import { deadLettersRoutes } from '@herald/dead-letters';
import type { Http } from '@herald/http';
import { guardOutages } from '@herald/http';
import { createAdmin } from './admin/admin.ts';
import { checksOf } from './checks.ts';
import { onEndOfProcess } from './end-of-process.ts';
import type { ProcessOptions } from './process-options.ts';
import { createServices } from './services.ts';
import { createShutdown, type ShutdownResult } from './shutdown/shutdown.ts';
import { shutdownPhases } from './shutdown-phases.ts';

export interface RunningProcess {
  /** The actual ports. */
  readonly port: number;
  readonly adminPort: number;
  /** The same stop as on SIGTERM, without the exit. */
  stop(): Promise<ShutdownResult>;
}

/**
 * Runs services as a process: opens the admin port, declares routes, starts the services in their order, then
 * opens the API; then it is ready. From the call on, SIGTERM and SIGINT stop it in phases and exit with 0 if
 * all went well, else 1; a second signal exits at once. A failure to start stops it too and exits with 1. An
 * error that nobody caught exits with 1 at once: what matters is on disk. It owns broker and store and closes
 * them.
 */
export async function runProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { services, http, broker, clock, config, log, metrics } = options;
  const queues = services.flatMap((service) => service.queues);
  const admin = options.admin ?? createAdmin({ metrics, log });
  admin.setChecks(checksOf(options));
  const group = createServices(services, log);
  const stop = createShutdown(shutdownPhases({ ...options, admin, group }), log);
  const isAskedToStop = onEndOfProcess(stop, log);

  metrics.clockRate.set(clock.rate);
  metrics.delayStrategy.set({ strategy: broker.delayStrategy }, 1);
  metrics.watchQueues(broker, queues);

  try {
    const adminPort = await admin.listen(config.HOST, config.ADMIN_PORT);
    guardOutages(http, options);
    for (const service of services) await service.routes(http);
    if (queues.length > 0) deadLettersRoutes(http, { ...options, queues });
    await http.ready();
    await group.start();
    await http.listen({ host: config.HOST, port: config.PORT });
    const port = portOf(http) ?? config.PORT;
    admin.setStage('running');
    log.info(
      {
        host: config.HOST,
        port,
        adminPort,
        services: services.map(({ name }) => name),
        clockRate: clock.rate,
      },
      'ready',
    );
    return { port, adminPort, stop: () => stop('asked to') };
  } catch (error) {
    if (!isAskedToStop()) log.fatal({ err: error }, 'could not start');
    const { clean } = await stop('could not start');
    process.exit(isAskedToStop() && clean ? 0 : 1);
  }
}

function portOf(http: Http): number | undefined {
  const address = http.server.address();
  return typeof address === 'object' ? address?.port : undefined;
}
