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
 * Counts a message against the caps, or names the cap that is full. One guarded write: of two messages that
 * want the last place, one gets it.
 */
export type Count = (
  workspace: string,
  state: Pick<MessageState, 'messageId' | 'prospectId' | 'channel'>,
  caps: readonly Cap[],
) => Promise<CapDecision>;

const TRIES = 8;
/**
 * ms after which a counted message that is not stored is taken for lost in a crash.
 */
const LOST = span.HOUR;
/** The statuses of a message that has not left and will not leave. */
const ENDED: readonly string[] = ['suppressed', 'failed', 'bounced', 'expired', 'withdrawn'];

export function createCount({ store, clock }: { readonly store: Store; readonly clock: Clock }): Count {
  const counted = store.collection(collections.counted);
  const messages = store.collection(collections.messages);

  /**
   * Those of a full list that did not leave after all. They are looked up only when a place is needed. So
   * whatever ends a message, even a crash, need not give its place back.
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
