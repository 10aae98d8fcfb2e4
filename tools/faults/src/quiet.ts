import { setTimeout as pause } from 'node:timers/promises';
import { type Look, rests } from './look.ts';

/** ms between looks. */
const EVERY = 500;
/**
 * While something is under way, the pause is this many times as long as the look: looks must not be the load.
 */
const REST = 3;
/**
 * ms without any change after which it is stuck: longer than the longest pause between two attempts (120 s).
 */
const PATIENCE = 150_000;

/** ms between lines of progress. */
const SAY_EVERY = 15_000;

/**
 * Waits until two looks in a row find everything at rest and nothing moved between them; resolves with
 * undefined then. Resolves with what is still under way if nothing has moved for `patience` ms. A look that
 * fails is repeated: a service may just be starting.
 */
export async function waitUntilAllRests(
  look: () => Promise<Look>,
  options: {
    readonly every?: number;
    readonly patience?: number;
    readonly say?: (line: string) => void;
  } = {},
): Promise<string | undefined> {
  const { every = EVERY, patience = PATIENCE, say = () => {} } = options;
  let before = '';
  let saidAt = performance.now();
  let movedAt = performance.now();
  for (;;) {
    const looked = performance.now();
    const found = await look().catch((error: unknown) => `no look: ${String(error)}`);
    const took = performance.now() - looked;
    const trace = typeof found === 'string' ? found : found.trace;
    const isAtRest = typeof found !== 'string' && rests(found);
    if (trace !== before) movedAt = performance.now();
    else if (isAtRest) return undefined;
    const left = typeof found === 'string' ? found : leftOver(found);
    if (performance.now() - movedAt > patience) return left;
    if (!isAtRest && performance.now() - saidAt > SAY_EVERY) {
      saidAt = performance.now();
      say(`  still under way: ${left}`);
    }
    before = trace;
    await pause(isAtRest ? every : Math.max(every, REST * took));
  }
}

const leftOver = ({ underWay }: Look): string =>
  Object.entries(underWay)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
