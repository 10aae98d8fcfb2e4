import { MongoBulkWriteError, type Collection as MongoCollection } from 'mongodb';
import { canTryAgain, isPassing, pauseAfter } from './passing.ts';
import type { Row } from './rows.ts';

const DUPLICATE_KEY = 11000;

/**
 * Inserts many and gives the places, ascending, of those that ran into a unique index; with `ordered` it
 * stops at the first of them. What the server did not do just now is tried again. Throws any other error.
 */
export async function insertRows(
  collection: Pick<MongoCollection<Row>, 'insertMany'>,
  rows: readonly Row[],
  { ordered }: { readonly ordered: boolean },
): Promise<number[]> {
  const duplicates: number[] = [];
  let left = rows.map((_, place) => place);
  for (let tries = 1; left.length > 0; tries += 1) {
    const batch = left.flatMap((place) => rows[place] ?? []);
    const refused = await refusedOf(() => collection.insertMany(batch, { ordered }), batch, tries);
    const places = (passing: boolean): number[] =>
      refused.filter(({ code }) => isPassing(code) === passing).map(({ index }) => left[index] ?? 0);
    duplicates.push(...places(false));
    const [again, ...more] = places(true);
    if (again === undefined) break;
    // In order, nothing was tried after the first that was refused.
    left = ordered ? left.slice(left.indexOf(again)) : [again, ...more];
    await pauseAfter(tries);
  }
  return duplicates.sort((a, b) => a - b);
}

interface Refused {
  readonly index: number;
  readonly code: unknown;
}

/** What was refused as a duplicate or, while it may be tried again, only just now. Throws any other error. */
async function refusedOf(
  insert: () => Promise<unknown>,
  batch: readonly unknown[],
  tries: number,
): Promise<Refused[]> {
  try {
    await insert();
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    // Where the server could not say that a majority has what was written, or what was run into, it is not
    // known to last.
    if (error.result.getWriteConcernError() !== undefined) throw error;
    const each: Refused[] = [error.writeErrors].flat();
    // Without any, it was the whole command that was refused.
    const refused = each.length > 0 ? each : batch.map((_, index) => ({ index, code: error.code }));
    const isKnown = ({ code }: Refused): boolean =>
      (code === DUPLICATE_KEY && each.length > 0) || (isPassing(code) && canTryAgain(tries));
    if (!refused.every(isKnown)) throw error;
    return refused;
  }
}
