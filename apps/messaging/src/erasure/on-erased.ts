import { ack, retry } from '@herald/broker';
import { collections, type MessageDocument } from '@herald/contracts';
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
import { ConflictError, findAll } from '@herald/store';
import type { OnEvent } from '../reports/on-applied.ts';
import type { Transitions } from '../send/transitions.ts';

export interface OnErasedDeps extends Pick<ServiceDeps, 'store' | 'clock'> {
  readonly transitions: Transitions;
}

const PAGE = 200;

/**
 * Handles the erasure of a prospect from `messaging.applied`. Messages that have not left are withdrawn, and
 * personal data is removed from all of them. One that is leaving must end first: everything is tried again
 * after its lease.
 */
export function createOnErased({ store, clock, transitions }: OnErasedDeps): OnEvent {
  const collection = store.collection(collections.messages);
  const counted = store.collection(collections.counted);

  /** False: it is leaving just now. */
  const erase = (found: MessageDocument, cause: Cause): Promise<boolean> =>
    transitions.outbox.change(found, async (doc) => {
      if (isErased(doc)) return true;
      if (doc.lease !== undefined) return false;
      return (await eraseOne(doc, cause)) || undefined;
    });

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

  return async (event) => {
    const prospectId = prospectIdOf(event);
    if (prospectId === undefined) return ack;
    let busyUntil = 0;
    // A message requested later is for somebody new with the same id: an erasure may be delivered late, or
    // again.
    const query = { index: 'byProspect', equals: [event.workspace, prospectId], limit: PAGE };
    for await (const doc of findAll(collection, query))
      if (doc.state.requestedAt <= event.occurredAt && !(await erase(doc, causedBy(event))))
        busyUntil = Math.max(busyUntil, doc.lease?.until ?? 0);
    await forgetCounted(event.workspace, prospectId, event.occurredAt);
    if (busyUntil === 0) return ack;
    const left = Math.max(0, busyUntil - clock.now()) / clock.rate;
    return retry('a message is just leaving', left + 2 * span.SECOND);
  };
}

const isErased = ({ request, state }: MessageDocument): boolean =>
  request === undefined && state.to === undefined && !mayStillLeave(state.status);
