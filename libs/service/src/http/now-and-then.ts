/** ms of wall time in which the same thing is logged once. */
const EVERY = 60_000;
/** Things remembered; beyond them all is forgotten, and may be logged again. */
const MOST = 1_000;

/**
 * Tells whether something that goes on is to be logged now: the first time, and then once a minute. `now` gives
 * ms, and never goes back.
 */
export function createNowAndThen(now: () => number = () => performance.now()): (what: string) => boolean {
  const said = new Map<string, number>();
  return (what) => {
    const last = said.get(what);
    if (last !== undefined && now() - last < EVERY) return false;
    if (said.size >= MOST) said.clear();
    said.set(what, now());
    return true;
  };
}
