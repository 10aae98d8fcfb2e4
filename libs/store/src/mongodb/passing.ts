import { setTimeout as pause } from 'node:timers/promises';
import { MongoServerError } from 'mongodb';

/**
 * Codes by which a server says that it did not do a single write, because of what others were doing just
 * then. The driver retries none of them.
 */
const PASSING: ReadonlySet<unknown> = new Set([
  24, // LockTimeout
  46, // LockBusy
  112, // WriteConflict
  314, // ObjectIsBusy
  16500, // RequestRateTooLarge, of Azure Cosmos DB
]);

/**
 * ms before the second, third ... try; after the last the error goes to the caller. Of several rivals one
 * gets through each time, so there are more tries than rivals to be expected.
 */
const PAUSES: readonly number[] = [5, 10, 20, 40, 80, 160, 320, 640];

export const isPassing = (code: unknown): boolean => PASSING.has(code);

/** Whether there is another try after so many, and the pause before it. */
export const canTryAgain = (tries: number): boolean => tries <= PAUSES.length;
export const pauseAfter = (tries: number): Promise<void> => pause(PAUSES[tries - 1] ?? 0);

/** Runs one write, again while the server says that it did not do it just now. */
export async function tryAgain<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      const canPass = error instanceof MongoServerError && isPassing(error.code);
      if (!canPass || !canTryAgain(tries)) throw error;
    }
    await pauseAfter(tries);
  }
}
