import { within } from '@herald/clock';
import { scrub } from '@herald/log';

/** Resolves if all is well, rejects with what is wrong. */
export type Check = () => Promise<void>;

/** The stage of a process's life. It can be ready only when `running`. */
export type Stage = 'starting' | 'running' | 'draining';

interface Outcome {
  readonly ok: boolean;
  readonly ms: number;
  readonly error?: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly stage: Stage;
  /** `needed: false`: it does not affect `ready`. */
  readonly checks: Readonly<Record<string, Outcome & { readonly needed: boolean }>>;
}

export interface ReadinessOptions {
  /** All must succeed for the process to be ready. */
  readonly needed?: Readonly<Record<string, Check>>;
  /** Shown only. */
  readonly shown?: Readonly<Record<string, Check>>;
  readonly stage: () => Stage;
  /** ms of wall time until a check counts as failed: a probe gives up after a few seconds. */
  readonly timeLimit?: number;
  /**
   * ms of wall time that the answer waits for a check that is only shown; after that it shows the check's
   * previous result.
   */
  readonly shownLimit?: number;
}

/** Runs all checks at once; concurrent callers share one run. Never rejects. */
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  const { needed = {}, shown = {}, stage, timeLimit = 2_000, shownLimit = 300 } = options;
  let running: Promise<Readiness> | undefined;
  const last = new Map<string, Outcome>();
  const asked = new Map<string, Promise<Outcome>>();

  /** One run at a time; a late result is shown the next time. */
  const look = async (name: string, check: Check): Promise<Outcome> => {
    let one = asked.get(name);
    if (one === undefined) {
      one = outcome(check, timeLimit).then((result) => {
        last.set(name, result);
        asked.delete(name);
        return result;
      });
      asked.set(name, one);
    }
    const known = last.get(name);
    const late = known ?? { ok: false, ms: shownLimit, error: 'not answered yet' };
    return within(shownLimit, one).catch(() => late);
  };

  const run = async (): Promise<Readiness> => {
    const [deciding, others] = await Promise.all([
      Promise.all(
        Object.entries(needed).map(
          async ([name, check]) => [name, { ...(await outcome(check, timeLimit)), needed: true }] as const,
        ),
      ),
      Promise.all(
        Object.entries(shown).map(
          async ([name, check]) => [name, { ...(await look(name, check)), needed: false }] as const,
        ),
      ),
    ]);
    return {
      ready: stage() === 'running' && deciding.every(([, { ok }]) => ok),
      stage: stage(),
      checks: Object.fromEntries([...deciding, ...others]),
    };
  };

  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function outcome(check: Check, timeLimit: number): Promise<Outcome> {
  const start = performance.now();
  const ms = (): number => Math.round(performance.now() - start);
  try {
    // In a function of its own, so that a check that throws synchronously fails like the others.
    await within(timeLimit, (async () => check())());
    return { ok: true, ms: ms() };
  } catch (error) {
    return { ok: false, ms: ms(), error: scrub(error instanceof Error ? error.message : String(error)) };
  }
}
