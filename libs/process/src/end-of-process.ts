import type { Log } from '@herald/log';
import type { ShutdownResult } from './shutdown/shutdown.ts';

/**
 * Handles what ends a process: signals, and errors that nobody caught. It cannot be undone. The returned
 * function says whether a signal has come.
 */
export function onEndOfProcess(stop: (reason: string) => Promise<ShutdownResult>, log: Log): () => boolean {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) {
      log.warn({ signal }, 'a second signal: exiting at once');
      process.exit(1);
    }
    asked = true;
    stop(signal).then(({ clean }) => process.exit(clean ? 0 : 1), onLost);
  };
  // State in memory cannot be trusted now; state on disk can.
  const onLost = (error: unknown): void => {
    log.fatal({ err: error }, 'an error nobody caught: exiting at once');
    process.exit(1);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('uncaughtException', onLost).on('unhandledRejection', onLost);
  return () => asked;
}
