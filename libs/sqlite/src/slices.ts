// Node's own, also in a test with fake timers: a slice that never ended would stop every test after it.
import { setImmediate } from 'node:timers';

/**
 * ms of one turn of the event loop that all works together get. A single work may take longer: it is not
 * interrupted, and the next one waits for the next turn.
 */
const SLICE = 25;

const waiting: (() => void)[] = [];
/** When the slice of this turn ends, by `performance.now`; undefined before it begins. */
let end: number | undefined;
let called = false;

/**
 * Runs works in the order they come, each with all its microtasks before the next. Works that have no time
 * left in this turn of the event loop run in the next one. Everybody who shares a commit goes on at the same
 * moment, and together they must not hold up the process. There is one event loop, so this is one line for
 * all databases. `work` must not throw.
 */
export function inSlices(work: () => void): void {
  waiting.push(work);
  callNext();
}

/** Resolves in order with the works: as soon as those before it have run and a turn has time left. */
export const breath = (): Promise<void> => new Promise((resolve) => inSlices(resolve));

function callNext(): void {
  if (called || waiting.length === 0) return;
  end ??= begin();
  if (performance.now() >= end) return;
  called = true;
  void microtask.then(nextTick);
}

const microtask = Promise.resolve();
/** A tick asked for by a microtask runs after all microtasks; one asked for by a tick runs before them. */
const nextTick = (): void => process.nextTick(runNext);

function runNext(): void {
  called = false;
  waiting.shift()?.();
  callNext();
}

function begin(): number {
  // The first may still run in this turn of the loop, the second runs in the next.
  setImmediate(() => setImmediate(renew));
  return performance.now() + SLICE;
}

function renew(): void {
  end = undefined;
  callNext();
}
