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
 * What may still come in first, what it led to next, what holds it last. Requests and handlers get two fifths
 * each of the time, the rest shares the last; a phase that needs less gives nothing to the others, so that a
 * stop takes no longer than it may.
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
        // What is told of the work is not the work: a collector that is away leaves the stop clean.
        if (!(await tracing().stop(rest * 0.8))) log.warn({}, 'the last traces could not be exported');
      },
    },
    { name: 'close admin', limit: rest / 2, run: () => admin.close() },
  ];
}
