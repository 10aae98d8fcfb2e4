import { setTimeout as pause } from 'node:timers/promises';
import { type Look, rests } from './look.ts';

/**
 * ms between looks, or so many times as long as a look took: one must not be the load of a database that
 * scans.
 */
const EVERY = 500;
const REST = 6;
/**
 * ms without any change after which it is stuck: longer than the longest pause between two attempts (120 s).
 */
const PATIENCE = 150_000;

/** ms between lines of progress. */
const SAY_EVERY = 15_000;

/**
 * Waits until everything rests, twice in a row with nothing moved in between. Resolves with what is still
 * under way when nothing moves any more and yet it does not rest, undefined when it does. A look that fails
 * is tried again: a service may just be starting.
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
    if (trace !== before) movedAt = performance.now();
    else if (typeof found !== 'string' && rests(found)) return undefined;
    const left = typeof found === 'string' ? found : leftOver(found);
    if (performance.now() - movedAt > patience) return left;
    if (performance.now() - saidAt > SAY_EVERY) {
      saidAt = performance.now();
      say(`  still under way: ${left}`);
    }
    before = trace;
    await pause(Math.max(every, REST * took));
  }
}

const leftOver = ({ underWay }: Look): string =>
  Object.entries(underWay)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
