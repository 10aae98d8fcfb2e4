import { ack, type Handler } from '@herald/broker';
import { appliedContract, collections, handlerOf } from '@herald/contracts';
import { causedBy, happenedAt, prospectIdOf, redactEnrollment, type StoredEvent } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import { ConflictError, findAll } from '@herald/store';
import { tracing } from '@herald/telemetry';
import type { CampaignLibrary } from '../campaigns/library.ts';
import type { EnterInOrder } from './enter-in-order.ts';
import { HELD } from './sweep-enrollment.ts';
import type { Transitions } from './transitions.ts';

export interface OnAppliedDeps extends Pick<ServiceDeps, 'store'> {
  readonly library: CampaignLibrary;
  readonly transitions: Transitions;
  readonly enterInOrder: EnterInOrder;
}

const PAGE = 200;

/**
 * Handles `campaign-runner.applied`: an event that is in the log is applied to the enrollments of its
 * prospect, then lets the prospect into campaigns.
 */
export function createOnApplied(deps: OnAppliedDeps): Handler {
  const { store, library, transitions, enterInOrder } = deps;
  const enrollments = store.collection(collections.enrollments);

  const enrollmentsOf = ({ workspace }: StoredEvent, prospectId: string) =>
    findAll(enrollments, { index: 'byProspect', equals: [workspace, prospectId], limit: PAGE });

  const applyToAll = async (event: StoredEvent, prospectId: string): Promise<void> => {
    if (!library.listens(event.workspace, event.type)) return;
    for await (const doc of enrollmentsOf(event, prospectId)) {
      if (doc.state.status !== 'active') continue;
      const held = library.status(doc.workspace, doc.state.campaignId) === 'paused';
      const changed = await transitions.apply(doc, { kind: 'event', event, held }, causedBy(event));
      // Once the campaign goes on, the wait may have to take this event from the log.
      if (!changed && held && doc.state.wait?.kind === 'waitFor') await transitions.sweepIn(doc, HELD);
    }
  };

  const erase = async (event: StoredEvent, prospectId: string): Promise<void> => {
    for await (const doc of enrollmentsOf(event, prospectId)) {
      // An erasure that is delivered again leaves what began after it.
      if (happenedAt(doc.state.entry) > happenedAt(event)) continue;
      await transitions.apply(doc, { kind: 'end', reason: 'erased', at: event.occurredAt }, causedBy(event));
      const ended = await transitions.outbox.load(doc.workspace, doc.id);
      if (ended === undefined) continue;
      const redacted = { ...ended, version: ended.version + 1, state: redactEnrollment(ended.state) };
      const [written] = await enrollments.write([{ doc: redacted, ifVersion: ended.version }]);
      if (written !== true) throw new ConflictError(`enrollment ${doc.id} changed while it was erased`);
    }
  };

  return handlerOf(appliedContract, async (event) => {
    const prospectId = prospectIdOf(event);
    if (prospectId === undefined) return ack;
    tracing().annotate({ 'herald.correlation_id': event.correlationId, 'herald.event_type': event.type });
    if (event.type === 'prospect.erased') await erase(event, prospectId);
    await applyToAll(event, prospectId);
    for (const campaign of library.entering(event.workspace, event.type))
      await enterInOrder(campaign, event, prospectId);
    return ack;
  });
}
