import type { FindCursor } from 'mongodb';

/** How many characters of JSON a batch of a scan may hold, and one document more. */
const SCAN_CHARS = 4_000_000;

/** What a cursor gives, up to a size; the rest is left unread. */
export async function takeBatch<T extends { readonly body: string }>(cursor: FindCursor<T>): Promise<T[]> {
  const rows: T[] = [];
  let chars = 0;
  for await (const row of cursor) {
    rows.push(row);
    chars += row.body.length;
    if (chars > SCAN_CHARS) break;
  }
  return rows;
}
