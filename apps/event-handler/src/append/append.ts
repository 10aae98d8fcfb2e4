import { type StoredEvent, upcast } from '@herald/domain';
import type { EventLog } from '@herald/store';
import { catchUp, fold, plan, type StreamWork, withdrawPending } from './stream-work.ts';

/** How often another writer may be first on a stream before its events are left for a retry. */
const MAX_CONFLICTS = 3;

/** Told of each event that is in the log now: `fresh` when we wrote it, else somebody had. */
export type OnStored = (event: StoredEvent, fresh: boolean) => void;

/**
 * Appends what is pending in all streams, in stream order and in one round trip, unless another writer is on
 * one of them: that stream is caught up and gets another turn, and the others are not held up by it. What is
 * still pending afterwards lost to other writers too often.
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
 * Somebody appended this very event since we looked; perhaps to another stream, as whoever brings an id first
 * owns it.
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
