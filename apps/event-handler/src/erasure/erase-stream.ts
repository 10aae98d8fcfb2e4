import { canonicalJson, type StoredEvent } from '@herald/domain';
import type { EventLog } from '@herald/store';
import { readStream } from '../log/read-stream.ts';
import { redact } from './redact.ts';

/**
 * Removes personal data from every event of the stream before `seq`, that of its `prospect.erased`. Doing it
 * again finds nothing left to do. It comes before the document is written past `seq`, so a crash in between
 * is repaired by whoever folds that event next.
 */
export async function eraseStream(
  log: EventLog,
  at: { readonly workspace: string; readonly stream: string; readonly seq: number },
): Promise<void> {
  for await (const page of readStream(log, { workspace: at.workspace, stream: at.stream })) {
    const changed = page.filter((event) => event.seq < at.seq && holdsMore(event)).map(redact);
    if (changed.length > 0) await log.rewrite(changed);
    if (page.some((event) => event.seq >= at.seq)) return;
  }
}

const holdsMore = (event: StoredEvent): boolean =>
  event.raw !== undefined || canonicalJson(event.data) !== canonicalJson(redact(event).data);
