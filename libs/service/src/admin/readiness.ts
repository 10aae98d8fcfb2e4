import { scrub } from '../log/redact.ts';
import { within } from '../within.ts';

/** Resolves when well, rejects with why not. */
export type Check = () => Promise<void>;

/** Where a process is in its life. Only when `running` may it be ready. */
export type Stage = 'starting' | 'running' | 'draining';

export interface Readiness {
  readonly ready: boolean;
  readonly stage: Stage;
  readonly checks: Readonly<
    Record<string, { readonly ok: boolean; readonly ms: number; readonly error?: string }>
  >;
}

/** ms of wall time a check may take before it counts as failed: a probe gives up after a few seconds. */
const TIME_LIMIT = 2_000;

/** Runs all checks at once, and the same run for all who ask meanwhile. Never rejects. */
export function createReadiness(
  checks: Readonly<Record<string, Check>>,
  stage: () => Stage,
  timeLimit: number = TIME_LIMIT,
): () => Promise<Readiness> {
  let running: Promise<Readiness> | undefined;

  const run = async (): Promise<Readiness> => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await outcome(check, timeLimit)] as const),
    );
    return {
      ready: stage() === 'running' && results.every(([, { ok }]) => ok),
      stage: stage(),
      checks: Object.fromEntries(results),
    };
  };

  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function outcome(check: Check, timeLimit: number) {
  const start = performance.now();
  const ms = (): number => Math.round(performance.now() - start);
  try {
    // In a function of its own, so that a check that throws before it has a promise fails like the others.
    await within(timeLimit, (async () => check())());
    return { ok: true, ms: ms() };
  } catch (error) {
    return { ok: false, ms: ms(), error: scrub(error instanceof Error ? error.message : String(error)) };
  }
}
