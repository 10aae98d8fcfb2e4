import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** ms on the processor that a request or a message may hold the event loop. */
export const BOUND = 200;
const TRIES = 3;

/** Asks the watcher of a process; the next question is about what comes after this one. */
export const longestTurn = async (socket: string): Promise<number> => Number(await text(connect(socket)));

/**
 * How long `act` holds the loop, in ms: of several tries the best, for another process may have had the
 * processor's caches.
 */
export async function held(socket: string, act: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && best > BOUND; tries += 1) {
    await longestTurn(socket);
    await act();
    best = Math.min(best, await longestTurn(socket));
  }
  return Math.round(best);
}
