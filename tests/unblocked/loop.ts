import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** ms of processor time for which a request or a message may hold the event loop. */
export const BOUND = 200;
const TRIES = 3;

/** Asks the watcher of a process for the longest turn of its loop since the last question. */
export const longestTurn = async (socket: string): Promise<number> => Number(await text(connect(socket)));

/**
 * How long `act` holds the loop, in ms: the best of several tries, for other processes disturb the measure.
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
