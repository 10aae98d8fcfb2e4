import { type StoredEvent, upcast } from '@herald/domain';
import type { EventLog } from '@herald/store';
import { catchUp, fold, plan, type StreamWork, withdrawPending } from './stream-work.ts';

/** How many conflicts with other writers a stream may have before its events are left for a retry. */
const MAX_CONFLICTS = 3;

/** Called for each event that is in the log now. `fresh`: this call wrote it; else it was there already. */
export type OnStored = (event: StoredEvent, fresh: boolean) => void;

/**
 * Appends the pending events of all streams, in stream order and in one round trip. A stream on which another
 * writer was first is caught up and tried again, without holding up the others. Events that are still pending
 * at the end had too many conflicts.
 */
export async function appendPending(
  log: EventLog,
  works: readonly StreamWork[],
  onStored: OnStored,
): Promise<void> {
  for (;;) {
    const turns = works
      .filter((work) => work.pending.length > 0 && work.conflicts <= MAX_CONFLICTS)
      .flatMap((work) => plan(work).map((event) => ({ work, event })));
    if (turns.length === 0) return;

    const { written, conflict } = await log.append(turns.map((turn) => turn.event));
    for (const { work, event } of turns.slice(0, written)) {
      fold(work, event);
      withdrawPending(work, event.id);
      onStored(event, true);
    }
    const lost = turns[written];
    if (lost === undefined) return;

    if (conflict === 'id') await dropDuplicate(log, lost.work, lost.event, onStored);
    else lost.work.conflicts += 1;
    await catchUp(log, lost.work, onStored);
  }
}

/**
 * Another writer has appended this very event meanwhile, perhaps to another stream: the first owns the id.
 */
async function dropDuplicate(
  log: EventLog,
  work: StreamWork,
  { workspace, id }: StoredEvent,
  onStored: OnStored,
): Promise<void> {
  const [found] = await log.byIds([{ workspace, id }]);
  if (found === undefined) {
    work.conflicts += 1;
    return;
  }
  withdrawPending(work, id);
  onStored(upcast(found), false);
}
