import { MongoBulkWriteError } from 'mongodb';

const DUPLICATE_KEY = 11000;

/**
 * Runs an insert of many and gives the places in it, ascending, of those that ran into a unique index. Any
 * other error is thrown.
 */
export async function duplicatesIn(insert: () => Promise<unknown>): Promise<number[]> {
  try {
    await insert();
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    // Where the server could not say that a majority has what was written, or what was run into, it is not
    // known to last.
    if (error.result.getWriteConcernError() !== undefined) throw error;
    if (failures.length === 0 || failures.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
    return failures.map(({ index }) => index).sort((a, b) => a - b);
  }
}
