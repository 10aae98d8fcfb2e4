import { canonicalJson, type StoredEvent } from '@herald/domain';
import type { EventLog } from '@herald/store';
import { readStream } from '../log/read-stream.ts';
import { redact } from './redact.ts';

/**
 * Removes personal data from every event of the stream before `seq`, that of its `prospect.erased`. It may
 * run again. It runs before the document is written past `seq`: after a crash in between, the next fold of
 * that event completes it.
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
