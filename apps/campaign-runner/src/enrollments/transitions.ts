import { collections, dueMessage, type EnrollmentDocument } from '@herald/contracts';
import {
  type Campaign,
  type Cause,
  causedBy,
  compareEvents,
  type Decision,
  decide,
  type EnrollmentInput,
  enroll,
  type Instant,
  reactsTo,
  type StoredEvent,
  startOfSecond,
  streamOf,
  upcast,
  wall,
} from '@herald/domain';
import { alarmAgainAt, createOutbox, type Outbox } from '@herald/outbox';
import type { ServiceDeps } from '@herald/process';
import type { CampaignLibrary } from '../campaigns/library.ts';
import type { CampaignRunnerMetrics } from '../metrics.ts';
import { effectsOf } from './effects.ts';
import type { ReportUnanswered } from './report-unanswered.ts';
import type { ReadWorld } from './world.ts';

/** Events looked at when a wait begins. More than this after its logical time is no longer a race. */
const LOOK_BACK = 1_000;

/**
 * Moves enrollments: each change is decided by the domain, written with its outbox, published, and checked
 * against the log.
 */
export interface Transitions {
  readonly outbox: Outbox<EnrollmentDocument>;
  /** Inserts a new enrollment and runs it to its first wait. False: that enrollment exists. */
  enter(campaign: Campaign, entry: { enrollmentId: string; n: number; event: StoredEvent }): Promise<boolean>;
  /** Gives an input to an enrollment. False: it means nothing to it. */
  give(doc: EnrollmentDocument, input: EnrollmentInput, cause: Cause): Promise<boolean>;
  /**
   * Takes what the log already holds for a wait under way, else its due time if that has come. False:
   * neither.
   */
  wake(doc: EnrollmentDocument): Promise<boolean>;
  /** Sets the alarm of a wait that is due within the horizon, and when to look at it again. */
  arm(doc: EnrollmentDocument): Promise<void>;
  /** Has the sweep look at it again in `ms` of wall time. */
  lookAgainIn(doc: EnrollmentDocument, ms: number): Promise<void>;
}

export interface TransitionsDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock'> {
  readonly metrics: CampaignRunnerMetrics;
  readonly reportUnanswered: ReportUnanswered;
  readonly library: CampaignLibrary;
  readonly readWorld: ReadWorld;
  /** ms on the clock: what is due sooner is given to the broker's delay at once. */
  readonly horizon: number;
}

export function createTransitions(deps: TransitionsDeps): Transitions {
  const { store, broker, clock, library, readWorld, horizon, metrics } = deps;
  const collection = store.collection(collections.enrollments);

  const isNear = (dueAt: Instant): boolean => dueAt - clock.now() <= horizon;

  const nextSweepAt = (doc: EnrollmentDocument): Instant | null => {
    const dueAt = dueAtOf(doc);
    if (dueAt === null) return null;
    return isNear(dueAt) ? alarmAgainAt(clock, dueAt) : dueAt - horizon;
  };

  const alarm = (doc: EnrollmentDocument, dueAt: Instant) =>
    dueMessage(
      { workspace: doc.workspace, id: doc.id, version: doc.version },
      Math.max(0, dueAt - clock.now()),
      doc.cause.traceparent,
    );

  const campaignOf = async ({ workspace, state }: EnrollmentDocument): Promise<Campaign> => {
    const campaign = await library.version(workspace, state.campaignId, state.campaignVersion);
    if (campaign === undefined)
      throw new Error(`no version ${state.campaignVersion} of campaign ${state.campaignId}`);
    return campaign;
  };

  /**
   * The other half of the race of a wait: that it waits is written, now the log is asked what came before
   * that. The log is written before an event is announced, so one of the two always sees it.
   */
  const takeMissed = async (doc: EnrollmentDocument): Promise<EnrollmentDocument | undefined> => {
    const campaign = await campaignOf(doc);
    const types = reactsTo(campaign, doc.state);
    if (types.length === 0) return undefined;
    const { workspace, state } = doc;
    const stream = streamOf('prospect', state.prospectId);
    const query = {
      workspace,
      stream,
      types,
      occurredAfter: startOfSecond(state.clock) - 1,
      limit: LOOK_BACK,
    };
    const events = await store.log.readStream(query);
    if (events.length === 0) return undefined;
    const held = library.status(workspace, state.campaignId) === 'paused';
    const world = await readWorld(workspace, state.prospectId, campaign);
    for (const event of events.map(upcast).sort(compareEvents)) {
      const decision = decide(campaign, state, { kind: 'event', event, held }, world);
      await tell(campaign, doc, decision, causedBy(event));
      // If the write is lost to another, it is that one's to finish.
      if (decision.events.length > 0) return commit(doc, decision, causedBy(event));
    }
    return undefined;
  };

  const tell = async (
    campaign: Campaign,
    { workspace }: { readonly workspace: string },
    { state, unanswered }: Decision,
    cause: Cause,
  ): Promise<void> => {
    if (unanswered.length === 0) return;
    const { prospectId, clock: occurredAt } = state;
    await deps.reportUnanswered(campaign, { workspace, prospectId, occurredAt, cause }, unanswered);
  };

  const noun = 'enrollment';
  const outbox = createOutbox({ noun, collection, broker, clock, nextSweepAt, finish: takeMissed });

  const commit = async (
    before:
      | { readonly workspace: string; readonly version: number }
      | { readonly workspace: string; readonly version: null },
    { state, events }: Decision,
    cause: Cause,
    receivedAt?: Instant,
  ): Promise<EnrollmentDocument | undefined> => {
    const { workspace } = before;
    const effects = effectsOf({ workspace, state, facts: events, cause, now: clock.now(), receivedAt });
    const version = (before.version ?? 0) + 1;
    const doc: EnrollmentDocument = {
      workspace,
      id: state.enrollmentId,
      version,
      state,
      cause,
      outbox: effects,
    };
    const dueAt = dueAtOf(doc);
    const alarms = dueAt !== null && isNear(dueAt) ? [alarm(doc, dueAt)] : [];
    const committed = await outbox.commit({ ...doc, outbox: [...effects, ...alarms] }, before.version);
    if (committed !== undefined && state.status !== 'active')
      metrics.enrollments.inc({ outcome: state.status });
    return committed;
  };

  const give: Transitions['give'] = async (given, input, cause) => {
    const campaign = await campaignOf(given);
    return outbox.change(given, async (doc) => {
      const world = await readWorld(doc.workspace, doc.state.prospectId, campaign);
      const decision = decide(campaign, doc.state, input, world);
      await tell(campaign, doc, decision, cause);
      if (decision.events.length === 0) return false;
      // Of the events of one request the first that fits is taken, whichever is handled first.
      if (input.kind === 'event' && input.event.request !== undefined && (await takeMissed(doc))) return true;
      const receivedAt = input.kind === 'event' ? input.event.receivedAt : undefined;
      const committed = await commit(doc, decision, cause, receivedAt);
      return committed && true;
    });
  };

  const lookAt = async (doc: EnrollmentDocument, sweepAt: Instant | null): Promise<void> => {
    await collection.write([{ doc: { ...doc, sweepAt }, ifVersion: doc.version }]);
  };

  return {
    outbox,
    give,
    async enter(campaign, entry) {
      const { workspace, stream } = entry.event;
      const world = await readWorld(workspace, stream.slice('prospect/'.length), campaign);
      const decision = enroll(campaign, entry, world);
      await tell(campaign, { workspace }, decision, causedBy(entry.event));
      const { receivedAt } = entry.event;
      const entered = await commit({ workspace, version: null }, decision, causedBy(entry.event), receivedAt);
      if (entered === undefined) return false;
      metrics.enrollments.inc({ outcome: 'entered' });
      return true;
    },
    async wake(doc) {
      if (doc.state.wait?.kind === 'waitFor' && (await takeMissed(doc)) !== undefined) return true;
      return give(doc, { kind: 'due', now: clock.now() }, doc.cause);
    },
    async arm(doc) {
      const dueAt = dueAtOf(doc);
      if (dueAt !== null && isNear(dueAt)) await broker.publish([alarm(doc, dueAt)]);
      await lookAt(doc, nextSweepAt(doc));
    },
    lookAgainIn: (doc, ms) => lookAt(doc, clock.now() + wall(clock, ms)),
  };
}

const dueAtOf = ({ state }: EnrollmentDocument): Instant | null =>
  state.status === 'active' ? (state.wait?.dueAt ?? null) : null;
