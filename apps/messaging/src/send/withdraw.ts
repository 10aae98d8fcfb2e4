import { collections, type MessageDocument, type SendWithdraw } from '@herald/contracts';
import { mayStillLeave } from '@herald/domain';
import { findAll, type Store } from '@herald/store';
import type { Transitions } from './transitions.ts';

/**
 * Withdraws every message of an enrollment that has not left. One that is leaving is left alone; if that
 * attempt fails, it is not tried again.
 */
export type Withdraw = (wanted: SendWithdraw) => Promise<void>;

const PAGE = 200;

export function createWithdraw(store: Store, transitions: Transitions): Withdraw {
  const collection = store.collection(collections.messages);

  const withdrawOne = async (found: MessageDocument, { cause, reason }: SendWithdraw): Promise<void> => {
    await transitions.outbox.change(found, async (doc) => {
      if (doc.lease !== undefined || !mayStillLeave(doc.state.status)) return doc;
      return transitions.record({ ...doc, cause }, { outcome: 'withdrawn', facts: { reason } });
    });
  };

  return async (wanted) => {
    const { workspace, enrollmentId } = wanted;
    const found: MessageDocument[] = [];
    const query = { index: 'byEnrollment', equals: [workspace, enrollmentId], limit: PAGE };
    for await (const doc of findAll(collection, query)) {
      if (mayStillLeave(doc.state.status)) found.push(doc);
    }
    for (const doc of lastFirst(found)) await withdrawOne(doc, wanted);
  };
}

/** Messages that wait behind another come before that one: its end would release them. */
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
