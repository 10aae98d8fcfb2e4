import { within } from '@herald/clock';
import type { Log } from '@herald/log';

export interface Phase {
  readonly name: string;
  /** ms of wall time after which the next phase begins. */
  readonly limit: number;
  readonly run: () => Promise<void>;
  /** Runs when the limit is over, to release what still holds on. */
  readonly cut?: () => void;
}

interface PhaseResult {
  readonly name: string;
  readonly outcome: 'done' | 'failed' | 'late';
  readonly ms: number;
}

export interface ShutdownResult {
  /** Every phase was done, in time. */
  readonly clean: boolean;
  readonly phases: readonly PhaseResult[];
}

/**
 * Stops a process phase by phase. Each has a time limit; all run whatever happened to those before. Repeated
 * calls share one stop. Never rejects.
 */
export function createShutdown(
  phases: readonly Phase[],
  log: Log,
): (reason: string) => Promise<ShutdownResult> {
  let stopping: Promise<ShutdownResult> | undefined;

  const stop = async (reason: string): Promise<ShutdownResult> => {
    log.info({ reason, phases: phases.map(({ name }) => name) }, 'stopping');
    const results: PhaseResult[] = [];
    for (const phase of phases) results.push(await runPhase(phase, log));
    const clean = results.every(({ outcome }) => outcome === 'done');
    log[clean ? 'info' : 'error']({ reason, clean, phases: results }, 'stopped');
    return { clean, phases: results };
  };

  return (reason) => {
    stopping ??= stop(reason);
    return stopping;
  };
}

async function runPhase({ name, limit, run, cut }: Phase, log: Log): Promise<PhaseResult> {
  const start = performance.now();
  const result = (outcome: PhaseResult['outcome']): PhaseResult => ({
    name,
    outcome,
    ms: Math.round(performance.now() - start),
  });
  const work = (async () => run())().then(
    () => 'done' as const,
    (error: unknown) => {
      log.error({ err: error, phase: name }, 'a phase of the stop failed');
      return 'failed' as const;
    },
  );
  try {
    return result(await within(limit, work));
  } catch {
    cut?.();
    return result('late');
  }
}
