import { collections } from '@herald/contracts';
import {
  type Campaign,
  compareEvents,
  decideEntry,
  happenedAt,
  type StoredEvent,
  span,
  upcast,
} from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import { ConflictError, retryOnConflict } from '@herald/store';
import { createRecordRefusal, type RecordRefusalDeps } from './record-refusal.ts';
import type { Transitions } from './transitions.ts';
import type { ReadWorld } from './world.ts';

export interface EnterInOrderDeps extends RecordRefusalDeps, Pick<ServiceDeps, 'store'> {
  readonly transitions: Transitions;
  readonly readWorld: ReadWorld;
}

/**
 * Lets the prospect of an event into a campaign, or records why not. Of several events in one request the
 * first that may lets the prospect in, whichever is handled first.
 */
export type EnterInOrder = (campaign: Campaign, event: StoredEvent, prospectId: string) => Promise<void>;

const PAGE = 200;
const TRIES = 5;

export function createEnterInOrder(deps: EnterInOrderDeps): EnterInOrder {
  const { store, transitions, readWorld } = deps;
  const enrollments = store.collection(collections.enrollments);
  const recordRefusal = createRecordRefusal(deps);

  /** The events of the same request and type that come before. */
  const earlierOfRequest = async (event: StoredEvent): Promise<StoredEvent[]> => {
    const { workspace, stream, type, request, receivedAt } = event;
    if (request === undefined) return [];
    const occurredAfter = happenedAt(event) - span.DAY;
    const query = { workspace, stream, types: [type], occurredAfter, receivedUntil: receivedAt };
    const found = await store.log.readStream({ ...query, limit: PAGE });
    return found
      .map(upcast)
      .filter((one) => one.request === request && compareEvents(one, event) < 0)
      .sort(compareEvents);
  };

  const enter: EnterInOrder = async (campaign, event, prospectId) => {
    const settled = await retryOnConflict(TRIES, async () => {
      const { items } = await enrollments.find({
        index: 'byProspect',
        equals: [event.workspace, prospectId, campaign.id],
        limit: 1,
        reverse: true,
      });
      const last = items[0] && (await transitions.outbox.flush(items[0]));
      // This very event let the prospect in, and is delivered again.
      if (last?.state.entry.id === event.id) return true;
      const world = await readWorld(event.workspace, prospectId, campaign);
      const entry = decideEntry(campaign, event, world, last?.state);
      if (!entry.enters) {
        await recordRefusal(campaign, event, prospectId, entry);
        return true;
      }
      // If the id is taken, another event was faster: decide again with what is there now.
      return (await transitions.enter(campaign, { ...entry, event })) || undefined;
    });
    if (settled === undefined) throw new ConflictError(`${prospectId} kept entering ${campaign.id}`);
  };

  return async (campaign, event, prospectId) => {
    for (const earlier of await earlierOfRequest(event)) await enter(campaign, earlier, prospectId);
    await enter(campaign, event, prospectId);
  };
}
