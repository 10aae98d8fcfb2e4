import type { Collection as MongoCollection } from 'mongodb';
import { allOf, eachOf } from './concurrently.ts';
import { insertRows } from './insert.ts';
import { tryAgain } from './passing.ts';
import type { Row } from './rows.ts';

/** A guarded write, ready to be sent. */
export interface RowWrite {
  readonly row: Row;
  readonly ifVersion: number | null;
}

/**
 * Each write guarded by itself, each answered. Writes of one document keep their order; those of different
 * documents have none. All new documents go in one command. A replacement is a command each, several at a
 * time: only from version 8 on do servers say which of many matched.
 */
export async function writeRows(rows: MongoCollection<Row>, writes: readonly RowWrite[]): Promise<boolean[]> {
  const done = writes.map(() => false);
  for (const round of rounds(writes)) {
    const inserts = round.filter((n) => writes[n]?.ifVersion === null);
    const replacements = round.filter((n) => writes[n]?.ifVersion !== null);
    await allOf([insert(inserts), eachOf(replacements, replace)]);
  }
  return done;

  async function insert(places: readonly number[]): Promise<void> {
    const fresh = places.flatMap((n) => writes[n]?.row ?? []);
    const taken = new Set(await insertRows(rows, fresh, { ordered: false }));
    for (const [index, n] of places.entries()) done[n] = !taken.has(index);
  }

  async function replace(n: number): Promise<void> {
    const write = writes[n];
    if (write === undefined || write.ifVersion === null) return;
    const { row, ifVersion: version } = write;
    const { matchedCount } = await tryAgain(() => rows.replaceOne({ _id: row._id, version }, row));
    done[n] = matchedCount === 1;
  }
}

/**
 * The places of the writes, so that no round has two of one document and what comes first in the list comes
 * in an earlier round.
 */
function rounds(writes: readonly RowWrite[]): number[][] {
  const seen = new Map<string, number>();
  const all: number[][] = [];
  for (const [n, { row }] of writes.entries()) {
    const round = seen.get(row._id) ?? 0;
    seen.set(row._id, round + 1);
    const places = all[round];
    if (places === undefined) all.push([n]);
    else places.push(n);
  }
  return all;
}
