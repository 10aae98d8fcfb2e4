import { collections, type MessageDocument, type SendWithdraw } from '@herald/contracts';
import { mayStillLeave } from '@herald/domain';
import type { Store } from '@herald/store';
import { eachMessage } from './each-message.ts';
import { ConflictError, type Transitions } from './transitions.ts';

/**
 * Ends every message of an enrollment that has not left. One that is leaving is left alone: should it not get
 * through, it is not tried again.
 */
export type Withdraw = (wanted: SendWithdraw) => Promise<void>;

const TRIES = 5;

export function createWithdraw(store: Store, transitions: Transitions): Withdraw {
  const collection = store.collection(collections.messages);

  const withdrawOne = async (found: MessageDocument, { cause, reason }: SendWithdraw): Promise<void> => {
    let doc: MessageDocument | undefined = await transitions.outbox.flush(found);
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (doc === undefined || doc.lease !== undefined || !mayStillLeave(doc.state.status)) return;
      const told = await transitions.record({ ...doc, cause }, { outcome: 'withdrawn', facts: { reason } });
      if (told !== undefined) return;
      doc = await transitions.outbox.load(doc.workspace, doc.id);
    }
    throw new ConflictError(`message ${found.id} kept changing`);
  };

  return async (wanted) => {
    const { workspace, enrollmentId } = wanted;
    const found: MessageDocument[] = [];
    for await (const doc of eachMessage(collection, 'byEnrollment', [workspace, enrollmentId])) {
      if (mayStillLeave(doc.state.status)) found.push(doc);
    }
    for (const doc of lastFirst(found)) await withdrawOne(doc, wanted);
  };
}

/** Those that wait behind another before that one: its end would let them go. */
function lastFirst(messages: readonly MessageDocument[]): readonly MessageDocument[] {
  const byId = new Map(messages.map((doc) => [doc.id, doc]));
  const place = (doc: MessageDocument): number => {
    let ahead = 0;
    let before = byId.get(doc.request?.after ?? '');
    for (; before !== undefined && ahead < messages.length; ahead += 1)
      before = byId.get(before.request?.after ?? '');
    return ahead;
  };
  return messages
    .map((doc) => ({ doc, place: place(doc) }))
    .toSorted((a, b) => b.place - a.place)
    .map(({ doc }) => doc);
}
