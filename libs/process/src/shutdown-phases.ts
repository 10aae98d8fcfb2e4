import { tracing } from '@herald/telemetry';
import type { Admin } from './admin/admin.ts';
import type { ProcessOptions } from './process-options.ts';
import type { ServiceGroup } from './services.ts';
import type { Phase } from './shutdown/shutdown.ts';

interface Parts extends Pick<ProcessOptions, 'http' | 'broker' | 'store' | 'config' | 'flush' | 'log'> {
  readonly admin: Admin;
  readonly group: ServiceGroup;
}

const nothing = async (): Promise<void> => {};

/**
 * First what lets work in, then the work, last what holds its results. Requests and handlers get two fifths
 * of the time each, the others share the rest. Unused time is not passed on, so a stop never takes longer
 * than allowed.
 */
export function shutdownPhases({ http, broker, store, config, flush, log, admin, group }: Parts): Phase[] {
  const work = config.SHUTDOWN_TIMEOUT * 0.4;
  const rest = config.SHUTDOWN_TIMEOUT * 0.05;
  return [
    { name: 'not ready', limit: rest / 2, run: async () => admin.setStage('draining') },
    {
      name: 'stop intake',
      limit: work,
      run: () => http.close(),
      cut: () => http.server.closeAllConnections(),
    },
    { name: 'drain consumers', limit: work - rest, run: () => group.stop() },
    { name: 'flush', limit: rest, run: flush ?? nothing },
    { name: 'close broker', limit: rest, run: () => broker.close() },
    { name: 'close store', limit: rest, run: () => store.close() },
    {
      name: 'telemetry',
      limit: rest,
      async run() {
        // Traces are not the work: if the collector is away the stop still counts as clean.
        if (!(await tracing().stop(rest * 0.8))) log.warn({}, 'the last traces could not be exported');
      },
    },
    { name: 'close admin', limit: rest / 2, run: () => admin.close() },
  ];
}
