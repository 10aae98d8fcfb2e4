import { BSON, type FindCursor } from 'mongodb';

/** bytes of BSON that a batch of a scan may hold, and one document more. */
const SCAN_BYTES = 4_000_000;

/** What a cursor gives, up to a size; the rest is left unread. */
export async function takeBatch<T extends object>(cursor: FindCursor<T>): Promise<T[]> {
  const rows: T[] = [];
  let bytes = 0;
  for await (const row of cursor) {
    rows.push(row);
    bytes += BSON.calculateObjectSize(row);
    if (bytes > SCAN_BYTES) break;
  }
  return rows;
}
