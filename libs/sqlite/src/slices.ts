// Node's own, also in a test with fake timers: a slice that never ended would stop every test after it.
import { setImmediate } from 'node:timers';

/**
 * ms that all works together get in one turn of the event loop. A single work may take longer: it is not
 * interrupted, and the others wait for the next turn.
 */
const SLICE = 25;

const waiting: (() => void)[] = [];
/** When the slice of this turn ends, by `performance.now`; undefined before it begins. */
let end: number | undefined;
let called = false;

/**
 * Runs works in the order in which they come, each with all its microtasks before the next one. When the time
 * of this turn of the event loop is used up, the rest runs in the next. All who share a commit go on at the
 * same moment, and together they must not block the loop. A process has one loop, so all databases share one
 * line. `work` must not throw.
 */
export function inSlices(work: () => void): void {
  waiting.push(work);
  callNext();
}

/** Resolves as a work would run: after all works before it, in a turn with time left. */
export const nextSlice = (): Promise<void> => new Promise((resolve) => inSlices(resolve));

function callNext(): void {
  if (called || waiting.length === 0) return;
  end ??= begin();
  if (performance.now() >= end) return;
  called = true;
  void microtask.then(nextTick);
}

const microtask = Promise.resolve();
/** From a microtask, so that the tick runs after all microtasks; from a tick it would run before them. */
const nextTick = (): void => process.nextTick(runNext);

function runNext(): void {
  called = false;
  waiting.shift()?.();
  callNext();
}

function begin(): number {
  // The first may run in this turn of the loop; the second runs in the next.
  setImmediate(() => setImmediate(renew));
  return performance.now() + SLICE;
}

function renew(): void {
  end = undefined;
  callNext();
}
