import { type Collection as MongoCollection, ObjectId } from 'mongodb';
import { idOf } from './ids.ts';
import { tryAgain } from './passing.ts';
import { type Row, WHOLE } from './rows.ts';
import { SWEEP } from './schema.ts';

/**
 * Moves `sweepAt` of up to `limit` due documents and gives them as they are then, by what it was. Others may
 * claim at the same time: each update takes a document only while it is due, and its token says whose it is.
 * Who loses some looks again, until there is nothing due or it has enough; so none is left because all looked
 * at the same.
 */
export async function claimRows(
  rows: MongoCollection<Row>,
  { dueBy, until, limit }: { dueBy: number; until: number; limit: number },
): Promise<Row[]> {
  const _claim = new ObjectId();
  const dueAt = new Map<string, number>();
  const claimed: Row[] = [];
  while (claimed.length < limit) {
    const lacking = limit - claimed.length;
    const due = await rows
      .find(
        { sweepAt: { $lte: dueBy }, _claim: { $ne: _claim } },
        { sort: { sweepAt: 1 }, limit: lacking, batchSize: lacking, hint: SWEEP, projection: { sweepAt: 1 } },
      )
      .toArray();
    if (due.length === 0) break;
    for (const { _id, sweepAt } of due) dueAt.set(_id, sweepAt ?? dueBy);
    const ids = due.map(({ _id }) => _id);
    await tryAgain(() =>
      rows.updateMany(
        { _id: { $in: ids }, sweepAt: { $lte: dueBy }, _claim: { $ne: _claim } },
        { $set: { sweepAt: until, _claim } },
        // Else the planner may go through all that is due.
        { hint: '_id_' },
      ),
    );
    // Written meanwhile, it is no longer leased, and has an attention time of its own.
    claimed.push(
      ...(await rows.find({ _id: { $in: ids }, _claim }, { ...WHOLE, batchSize: ids.length }).toArray()),
    );
  }
  const place = (row: Row): number => dueAt.get(idOf(row)) ?? dueBy;
  return claimed.sort((a, b) => place(a) - place(b));
}
