import { type CountedDocument, collections } from '@herald/contracts';
import {
  type Cap,
  type CapDecision,
  type Clock,
  type CountedSend,
  type MessageState,
  span,
  withinCaps,
} from '@herald/domain';
import { ConflictError, retryOnConflict, type Store } from '@herald/store';

/**
 * Counts a message against the caps, or says which is full: in one guarded write, so that of two that want
 * the last place one gets it.
 */
export type Count = (
  workspace: string,
  state: Pick<MessageState, 'messageId' | 'prospectId' | 'channel'>,
  caps: readonly Cap[],
) => Promise<CapDecision>;

const TRIES = 8;
/**
 * ms after which a counted message that is not even stored is not on its way any more: a crash has undone it.
 */
const LOST = span.HOUR;
/** How a message stands that has not left and will not leave. */
const ENDED: readonly string[] = ['suppressed', 'failed', 'bounced', 'expired', 'withdrawn'];

export function createCount({ store, clock }: { readonly store: Store; readonly clock: Clock }): Count {
  const counted = store.collection(collections.counted);
  const messages = store.collection(collections.messages);

  /**
   * Those of a full list that have not left after all. They are looked for when a place is wanted, and only
   * then: whatever ended a message, and whatever crashed just then, nobody has to remember to give its place
   * back.
   */
  const notLeft = async (workspace: string, sends: readonly CountedSend[]): Promise<ReadonlySet<string>> => {
    const docs = await messages.getMany(sends.map(({ messageId }) => ({ workspace, id: messageId })));
    const gone = sends.filter(({ at }, n) => {
      const doc = docs[n];
      if (doc === undefined) return at < clock.now() - LOST;
      return doc.lease === undefined && ENDED.includes(doc.state.status);
    });
    return new Set(gone.map(({ messageId }) => messageId));
  };

  return async (workspace, { messageId, prospectId, channel }, caps) => {
    const decided = await retryOnConflict(TRIES, async () => {
      const stored = await counted.get(workspace, prospectId);
      let decision = withinCaps(caps, stored?.sends ?? [], { messageId, channel }, clock.now());
      if (decision.kind === 'over') {
        const gone = await notLeft(workspace, decision.counted);
        if (gone.size === 0) return decision;
        const left = (stored?.sends ?? []).filter((send) => !gone.has(send.messageId));
        decision = withinCaps(caps, left, { messageId, channel }, clock.now());
        if (decision.kind === 'over') return decision;
      }
      const doc: CountedDocument = {
        workspace,
        id: prospectId,
        version: (stored?.version ?? 0) + 1,
        sends: decision.sends,
      };
      const [written] = await counted.write([{ doc, ifVersion: stored?.version ?? null }]);
      return written === true ? decision : undefined;
    });
    if (decided !== undefined) return decided;
    throw new ConflictError(`what is counted of prospect ${prospectId} kept changing`);
  };
}
