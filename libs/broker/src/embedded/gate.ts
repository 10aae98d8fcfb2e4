/** ms after which a suspect that did no harm lets those of other queues pass, while its handler goes on. */
const HARMLESS = 1000;

/** Lets one queue at a time hand over suspects. */
export interface Gate {
  /** True if this queue may hand over suspects, from now until it leaves. */
  enter(queue: object): boolean;
  leave(queue: object): void;
}

/**
 * `wake` is called when a queue that was turned away may try again. No suspect passes until `after` ms after
 * the first one came: if something else ends the process again and again just after its start, its first
 * envelope must not look like the cause.
 */
export function createGate(wake: () => void, after: number): Gate {
  let state: 'closed' | 'opening' | 'open' = after === 0 ? 'open' : 'closed';
  let within: object | undefined;
  let timer: NodeJS.Timeout | undefined;
  let turnedAway = false;

  const free = (): void => {
    clearTimeout(timer);
    within = undefined;
    // Not at once: on a failing disk all would try without a pause.
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
