import { type StoredEvent, upcast } from '@herald/domain';
import type { EventLog, StreamQuery } from '@herald/store';

/** Events read at once: few round trips, and flat memory. */
const PAGE = 1_000;

/** One stream by ascending seq, in pages, each event in today's shape. Memory holds one page at a time. */
export async function* readStream(
  log: Pick<EventLog, 'readStream'>,
  query: Omit<StreamQuery, 'limit'>,
): AsyncGenerator<StoredEvent[]> {
  let afterSeq = query.afterSeq ?? 0;
  for (;;) {
    const page = await log.readStream({ ...query, afterSeq, limit: PAGE });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(upcast);
    if (page.length < PAGE) return;
    afterSeq = last.seq;
  }
}
