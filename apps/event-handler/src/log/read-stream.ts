import { type StoredEvent, upcast } from '@herald/domain';
import type { EventLog, StreamQuery } from '@herald/store';

/** Events read at once: enough to make round trips few, little enough to keep memory flat. */
const PAGE = 1_000;

/**
 * One stream by ascending seq, in pages, each event in today's shape. However long the stream, one page is
 * held at a time.
 */
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
