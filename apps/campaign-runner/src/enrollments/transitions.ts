import { collections, type EnrollmentDocument } from '@herald/contracts';
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
import { createOutbox, type Outbox } from '@herald/outbox';
import type { ServiceDeps } from '@herald/process';
import type { CampaignLibrary } from '../campaigns/library.ts';
import type { CampaignRunnerMetrics } from '../metrics.ts';
import { createAlarms } from './alarms.ts';
import { effectsOf } from './effects.ts';
import type { ReportUnanswered } from './report-unanswered.ts';
import type { ReadWorld } from './world.ts';

/** Events read when a wait begins. More than this after its logical time is no longer a race. */
const LOOK_BACK = 1_000;

/**
 * Changes enrollments: the domain decides each change; it is written with its outbox, published, and checked
 * against the log.
 */
export interface Transitions {
  readonly outbox: Outbox<EnrollmentDocument>;
  /** Inserts a new enrollment and runs it to its first wait. False: that enrollment exists. */
  enter(campaign: Campaign, entry: { enrollmentId: string; n: number; event: StoredEvent }): Promise<boolean>;
  /** What an input does to an enrollment. False: nothing. */
  apply(doc: EnrollmentDocument, input: EnrollmentInput, cause: Cause): Promise<boolean>;
  /** Applies what the log already holds for a wait under way, else its due time. False: neither. */
  wake(doc: EnrollmentDocument): Promise<boolean>;
  /** Sets the alarm of a wait that is due within the horizon, and when the sweep looks at it. */
  arm(doc: EnrollmentDocument): Promise<void>;
  /** The sweep looks at it in `ms` of wall time. */
  sweepIn(doc: EnrollmentDocument, ms: number): Promise<void>;
}

export interface TransitionsDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock'> {
  readonly metrics: CampaignRunnerMetrics;
  readonly reportUnanswered: ReportUnanswered;
  readonly library: CampaignLibrary;
  readonly readWorld: ReadWorld;
  /** ms on the clock: a wait that is due sooner gets a delayed delivery of the broker at once. */
  readonly horizon: number;
}

export function createTransitions(deps: TransitionsDeps): Transitions {
  const { store, broker, clock, library, readWorld, horizon, metrics } = deps;
  const collection = store.collection(collections.enrollments);

  const { alarmsOf, nextSweepAt } = createAlarms({ clock, horizon });

  const campaignOf = async ({ workspace, state }: EnrollmentDocument): Promise<Campaign> => {
    const campaign = await library.version(workspace, state.campaignId, state.campaignVersion);
    if (campaign === undefined)
      throw new Error(`no version ${state.campaignVersion} of campaign ${state.campaignId}`);
    return campaign;
  };

  /**
   * Takes an event that reached the log before the wait was written. The log is written before an event is
   * announced: an event that the consumer handled too early for the wait is found here.
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
      await reportUnanswered(campaign, doc, decision, causedBy(event));
      // If another write comes first, its writer finishes.
      if (decision.events.length > 0) return commit(doc, decision, causedBy(event));
    }
    return undefined;
  };

  const reportUnanswered = async (
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
    before: { readonly workspace: string; readonly version: number | null },
    { state, events }: Decision,
    cause: Cause,
    receivedAt?: Instant,
  ): Promise<EnrollmentDocument | undefined> => {
    const { workspace } = before;
    const effects = effectsOf({ workspace, state, events, cause, now: clock.now(), receivedAt });
    const version = (before.version ?? 0) + 1;
    const id = state.enrollmentId;
    const doc: EnrollmentDocument = { workspace, id, version, state, cause, outbox: effects };
    const committed = await outbox.commit({ ...doc, outbox: [...effects, ...alarmsOf(doc)] }, before.version);
    if (committed !== undefined && state.status !== 'active')
      metrics.enrollments.inc({ outcome: state.status });
    return committed;
  };

  const apply: Transitions['apply'] = async (found, input, cause) => {
    const campaign = await campaignOf(found);
    return outbox.change(found, async (doc) => {
      const world = await readWorld(doc.workspace, doc.state.prospectId, campaign);
      const decision = decide(campaign, doc.state, input, world);
      await reportUnanswered(campaign, doc, decision, cause);
      if (decision.events.length === 0) return false;
      // Of the events of one request the first that fits is taken, whichever is handled first.
      if (input.kind === 'event' && input.event.request !== undefined && (await takeMissed(doc))) return true;
      const receivedAt = input.kind === 'event' ? input.event.receivedAt : undefined;
      const committed = await commit(doc, decision, cause, receivedAt);
      return committed && true;
    });
  };

  const setSweepAt = async (doc: EnrollmentDocument, sweepAt: Instant | null): Promise<void> => {
    await collection.write([{ doc: { ...doc, sweepAt }, ifVersion: doc.version }]);
  };

  return {
    outbox,
    apply,
    async enter(campaign, entry) {
      const { workspace, stream } = entry.event;
      const world = await readWorld(workspace, stream.slice('prospect/'.length), campaign);
      const decision = enroll(campaign, entry, world);
      await reportUnanswered(campaign, { workspace }, decision, causedBy(entry.event));
      const { receivedAt } = entry.event;
      const entered = await commit({ workspace, version: null }, decision, causedBy(entry.event), receivedAt);
      if (entered === undefined) return false;
      metrics.enrollments.inc({ outcome: 'entered' });
      return true;
    },
    async wake(doc) {
      if (doc.state.wait?.kind === 'waitFor' && (await takeMissed(doc)) !== undefined) return true;
      return apply(doc, { kind: 'due', now: clock.now() }, doc.cause);
    },
    async arm(doc) {
      const alarms = alarmsOf(doc);
      if (alarms.length > 0) await broker.publish(alarms);
      await setSweepAt(doc, nextSweepAt(doc));
    },
    sweepIn: (doc, ms) => setSweepAt(doc, clock.now() + wall(clock, ms)),
  };
}
