/**
 * ms after which a suspect that has done no harm makes way for those of other queues, while its handler goes
 * on.
 */
const HARMLESS = 1000;

/** Lets one queue at a time hand over a suspect. */
export interface Gate {
  /** Whether this queue may; it may then until it leaves. */
  enter(queue: object): boolean;
  leave(queue: object): void;
}

/**
 * `wake` is called when a queue that was turned away may try again. No suspect passes before `after` ms have
 * gone since the first one came: a process that is ended by others again and again, as soon as it has begun,
 * must not make its first message look like the cause.
 */
export function createGate(wake: () => void, after: number): Gate {
  let state: 'closed' | 'opening' | 'open' = after === 0 ? 'open' : 'closed';
  let within: object | undefined;
  let timer: NodeJS.Timeout | undefined;
  let turnedAway = false;

  const free = (): void => {
    clearTimeout(timer);
    within = undefined;
    // Not at once: on a disk that fails all of them would try without a pause.
    if (turnedAway) setTimeout(wake, 1).unref();
    turnedAway = false;
  };

  return {
    enter(queue) {
      if (state === 'closed') {
        state = 'opening';
        setTimeout(() => {
          state = 'open';
          wake();
        }, after).unref();
      }
      if (state === 'opening') return false;
      if (within !== undefined && within !== queue) {
        turnedAway = true;
        return false;
      }
      if (within === undefined) timer = setTimeout(free, HARMLESS).unref();
      within = queue;
      return true;
    },
    leave(queue) {
      if (within === queue) free();
    },
  };
}
