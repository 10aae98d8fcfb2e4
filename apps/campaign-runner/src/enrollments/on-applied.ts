import { ack, type Handler } from '@herald/broker';
import {
  appliedContract,
  collections,
  type EnrollmentDocument,
  eventsMessages,
  handlerOf,
} from '@herald/contracts';
import {
  type Campaign,
  causedBy,
  compareEvents,
  decideEntry,
  deriveId,
  type Entry,
  happenedAt,
  newEvent,
  prospectIdOf,
  type Refusal,
  redactEnrollment,
  type StoredEvent,
  span,
  upcast,
} from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import { ConflictError, retryOnConflict } from '@herald/store';
import { tracing } from '@herald/telemetry';
import type { CampaignLibrary } from '../campaigns/library.ts';
import type { CampaignRunnerMetrics } from '../metrics.ts';
import type { ReportUnanswered } from './report-unanswered.ts';
import { HELD } from './sweep-enrollment.ts';
import type { Transitions } from './transitions.ts';
import type { ReadWorld } from './world.ts';

export interface OnAppliedDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock'> {
  readonly metrics: CampaignRunnerMetrics;
  readonly library: CampaignLibrary;
  readonly transitions: Transitions;
  readonly reportUnanswered: ReportUnanswered;
  readonly readWorld: ReadWorld;
}

/**
 * Refusals that somebody may look for later: they are told in the prospect's log. The others are everyday.
 */
const TOLD: ReadonlySet<Refusal> = new Set<Refusal>(['too_old', 'too_deep']);
const PAGE = 200;
const TRIES = 5;

/**
 * Handles `campaign-runner.applied`: an event that is in the log moves the enrollments it concerns, then lets
 * its prospect in.
 */
export function createOnApplied(deps: OnAppliedDeps): Handler {
  const { store, broker, clock, metrics, library, transitions, readWorld } = deps;
  const enrollments = store.collection(collections.enrollments);

  const each = async (
    event: StoredEvent,
    prospectId: string,
    act: (doc: EnrollmentDocument) => Promise<void>,
  ) => {
    let cursor: string | undefined;
    do {
      const page = await enrollments.find({
        index: 'byProspect',
        equals: [event.workspace, prospectId],
        limit: PAGE,
        cursor,
      });
      for (const doc of page.items) await act(doc);
      cursor = page.next;
    } while (cursor !== undefined);
  };

  const move = async (event: StoredEvent, prospectId: string): Promise<void> => {
    if (!library.listens(event.workspace, event.type)) return;
    await each(event, prospectId, async (doc) => {
      if (doc.state.status !== 'active') return;
      const held = library.status(doc.workspace, doc.state.campaignId) === 'paused';
      const moved = await transitions.give(doc, { kind: 'event', event, held }, causedBy(event));
      // The wait may have to take this event from the log once the campaign goes on.
      if (!moved && held && doc.state.wait?.kind === 'waitFor') await transitions.lookAgainIn(doc, HELD);
    });
  };

  /**
   * Events of the same request and type that come before: of several it is the first that lets in, whichever
   * is handled first.
   */
  const firstOfRequest = async (event: StoredEvent): Promise<StoredEvent[]> => {
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

  const letInInOrder = async (campaign: Campaign, event: StoredEvent, prospectId: string): Promise<void> => {
    for (const earlier of await firstOfRequest(event)) await letIn(campaign, earlier, prospectId);
    await letIn(campaign, event, prospectId);
  };

  const letIn = async (campaign: Campaign, event: StoredEvent, prospectId: string): Promise<void> => {
    const settled = await retryOnConflict(TRIES, async () => {
      const { items } = await enrollments.find({
        index: 'byProspect',
        equals: [event.workspace, prospectId, campaign.id],
        limit: 1,
        reverse: true,
      });
      const last = items[0] && (await transitions.outbox.flush(items[0]));
      // It came in by this very event, which is delivered again.
      if (last?.state.entry.id === event.id) return true;
      const world = await readWorld(event.workspace, prospectId, campaign);
      const entry = decideEntry(campaign, event, world, last?.state);
      if (!entry.enters) {
        await refused(campaign, event, entry);
        return true;
      }
      // If the id is taken, another event was faster: with what is there now, decide anew.
      return (await transitions.enter(campaign, { ...entry, event })) || undefined;
    });
    if (settled === undefined) throw new ConflictError(`${prospectId} kept entering ${campaign.id}`);
  };

  const refused = async (
    campaign: Campaign,
    event: StoredEvent,
    entry: Extract<Entry, { enters: false }>,
  ) => {
    metrics.enrollments.inc({ outcome: `refused_${entry.refusal}` });
    const prospectId = prospectIdOf(event);
    if (entry.unanswered !== undefined && prospectId !== undefined) {
      const { workspace, occurredAt } = event;
      const met = { workspace, prospectId, occurredAt, cause: causedBy(event) };
      await deps.reportUnanswered(campaign, met, [entry.unanswered]);
    }
    if (!TOLD.has(entry.refusal)) return;
    const { refusal, detail = '' } = entry;
    const refusedEvent = newEvent(
      {
        workspace: event.workspace,
        id: deriveId('refused', event.workspace, campaign.id, event.id),
        stream: event.stream,
        type: 'enrollment.refused',
        occurredAt: event.occurredAt,
        receivedAt: clock.now(),
        source: 'campaign-runner',
        data: { campaignId: campaign.id, reason: refusal, detail, eventId: event.id },
      },
      causedBy(event),
    );
    await broker.publish(eventsMessages([refusedEvent]));
  };

  const erase = async (event: StoredEvent, prospectId: string): Promise<void> =>
    each(event, prospectId, async (doc) => {
      // Delivered again after the person has come back, it is not about what came later.
      if (happenedAt(doc.state.entry) > happenedAt(event)) return;
      await transitions.give(doc, { kind: 'end', reason: 'erased', at: event.occurredAt }, causedBy(event));
      const ended = await transitions.outbox.load(doc.workspace, doc.id);
      if (ended === undefined) return;
      const redacted = { ...ended, version: ended.version + 1, state: redactEnrollment(ended.state) };
      const [written] = await enrollments.write([{ doc: redacted, ifVersion: ended.version }]);
      if (written !== true) throw new ConflictError(`enrollment ${doc.id} changed while it was erased`);
    });

  return handlerOf(appliedContract, async (event) => {
    const prospectId = prospectIdOf(event);
    if (prospectId === undefined) return ack;
    tracing().annotate({ 'herald.correlation_id': event.correlationId, 'herald.event_type': event.type });
    if (event.type === 'prospect.erased') await erase(event, prospectId);
    await move(event, prospectId);
    for (const campaign of library.entering(event.workspace, event.type))
      await letInInOrder(campaign, event, prospectId);
    return ack;
  });
}
