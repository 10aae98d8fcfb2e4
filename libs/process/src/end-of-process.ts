import type { Log } from '@herald/log';
import type { ShutdownResult } from './shutdown/shutdown.ts';

/**
 * Takes over what ends a process: signals, and errors that nobody caught. Never undone, for the process ends
 * with it. What it returns tells whether a signal has come.
 */
export function onEndOfProcess(stop: (reason: string) => Promise<ShutdownResult>, log: Log): () => boolean {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) {
      log.warn({ signal }, 'told twice to stop: leaving at once');
      process.exit(1);
    }
    asked = true;
    stop(signal).then(({ clean }) => process.exit(clean ? 0 : 1), onLost);
  };
  // Whatever state memory is in now, it is not to be trusted; the state on disk is.
  const onLost = (error: unknown): void => {
    log.fatal({ err: error }, 'an error nobody caught: leaving at once');
    process.exit(1);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('uncaughtException', onLost).on('unhandledRejection', onLost);
  return () => asked;
}
