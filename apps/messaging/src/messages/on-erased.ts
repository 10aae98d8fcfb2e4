import { ack, drop, type Handler, retry } from '@herald/broker';
import {
  appliedContract,
  type Cause,
  ContractError,
  collections,
  type MessageDocument,
} from '@herald/contracts';
import { causedBy, mayStillLeave, prospectIdOf, redactMessage, span } from '@herald/domain';
import type { ServiceDeps } from '@herald/service';
import { eachMessage } from './each-message.ts';
import { ConflictError, type Transitions } from './transitions.ts';

export interface OnErasedDeps extends Pick<ServiceDeps, 'store' | 'clock'> {
  readonly transitions: Transitions;
}

const TRIES = 5;

/**
 * Handles `messaging.applied`: a prospect was erased. Messages that have not left are withdrawn, and what is personal is removed from all of
 * them. One that is leaving must end first, so the whole is tried again after its lease.
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
      const telling = { outcome: 'withdrawn', facts: { reason: 'erased' } } as const;
      return (await transitions.tell({ ...redacted, cause }, telling)) !== undefined;
    }
    const next = { ...redacted, version: doc.version + 1 };
    return (await transitions.outbox.commit(next, doc.version)) !== undefined;
  };

  return async (delivery) => {
    try {
      const event = appliedContract.parse(delivery.body);
      const prospectId = prospectIdOf(event);
      if (event.type !== 'prospect.erased' || prospectId === undefined) return ack;
      let busyUntil = 0;
      for await (const doc of eachMessage(collection, 'byProspect', [event.workspace, prospectId]))
        if (!(await erase(doc, causedBy(event)))) busyUntil = Math.max(busyUntil, doc.lease?.until ?? 0);
      await counted.remove(event.workspace, prospectId);
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
