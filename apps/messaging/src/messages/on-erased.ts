import { ack, drop, type Handler, retry } from '@herald/broker';
import { appliedContract, ContractError, collections, type MessageDocument } from '@herald/contracts';
import {
  type Cause,
  causedBy,
  type Instant,
  mayStillLeave,
  prospectIdOf,
  redactMessage,
  span,
} from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import { eachMessage } from './each-message.ts';
import { ConflictError, type Transitions } from './transitions.ts';

export interface OnErasedDeps extends Pick<ServiceDeps, 'store' | 'clock'> {
  readonly transitions: Transitions;
}

const TRIES = 5;

/**
 * Handles `messaging.applied`: a prospect was erased. Messages that have not left are withdrawn, and what is
 * personal is removed from all of them. One that is leaving must end first, so the whole is tried again after
 * its lease.
 */
export function createOnErased({ store, clock, transitions }: OnErasedDeps): Handler {
  const collection = store.collection(collections.messages);
  const counted = store.collection(collections.counted);

  /** False: it is leaving just now. */
  const erase = async (found: MessageDocument, cause: Cause): Promise<boolean> => {
    let doc: MessageDocument | undefined = await transitions.outbox.flush(found);
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (doc === undefined || isErased(doc)) return true;
      if (doc.lease !== undefined) return false;
      if (await eraseOne(doc, cause)) return true;
      doc = await transitions.outbox.load(doc.workspace, doc.id);
    }
    throw new ConflictError(`message ${found.id} kept changing`);
  };

  const eraseOne = async (doc: MessageDocument, cause: Cause): Promise<boolean> => {
    const { request: _gone, ...kept } = doc;
    const redacted = { ...kept, state: redactMessage(doc.state) };
    if (mayStillLeave(doc.state.status)) {
      const transition = { outcome: 'withdrawn', facts: { reason: 'erased' } } as const;
      return (await transitions.record({ ...redacted, cause }, transition)) !== undefined;
    }
    const next = { ...redacted, version: doc.version + 1 };
    return (await transitions.outbox.commit(next, doc.version)) !== undefined;
  };

  const forgetCounted = async (workspace: string, id: string, until: Instant): Promise<void> => {
    const stored = await counted.get(workspace, id);
    if (stored === undefined) return;
    const later = stored.sends.filter(({ at }) => at > until);
    if (later.length === stored.sends.length) return;
    const doc = { ...stored, version: stored.version + 1, sends: later };
    const [written] =
      later.length === 0
        ? [await counted.remove(workspace, id)]
        : await counted.write([{ doc, ifVersion: stored.version }]);
    if (written !== true) throw new ConflictError(`the counts of ${id} changed while they were erased`);
  };

  return async (delivery) => {
    try {
      const event = appliedContract.parse(delivery.body);
      const prospectId = prospectIdOf(event);
      if (event.type !== 'prospect.erased' || prospectId === undefined) return ack;
      let busyUntil = 0;
      // Asked for later, it is for somebody new who has come under the same id: an erasure may be delivered
      // late, or again.
      for await (const doc of eachMessage(collection, 'byProspect', [event.workspace, prospectId]))
        if (doc.state.requestedAt <= event.occurredAt && !(await erase(doc, causedBy(event))))
          busyUntil = Math.max(busyUntil, doc.lease?.until ?? 0);
      await forgetCounted(event.workspace, prospectId, event.occurredAt);
      if (busyUntil === 0) return ack;
      const left = Math.max(0, busyUntil - clock.now()) / clock.rate;
      return retry('a message is just leaving', left + 2 * span.SECOND);
    } catch (error) {
      if (error instanceof ContractError) return drop(error.message);
      if (error instanceof ConflictError) return retry(error.message);
      throw error;
    }
  };
}

const isErased = ({ request, state }: MessageDocument): boolean =>
  request === undefined && state.to === undefined && !mayStillLeave(state.status);
