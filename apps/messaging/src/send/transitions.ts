import { collections, eventsMessages, type MessageDocument, sendDueMessage } from '@herald/contracts';
import {
  type CallFacts,
  type Instant,
  type MessageTransition,
  mayStillLeave,
  recordTransition,
  wall,
} from '@herald/domain';
import { alarmAgainAt, createOutbox, type Outbox } from '@herald/outbox';
import type { ServiceDeps } from '@herald/process';
import type { MessagingMetrics } from '../metrics.ts';
import type { Consequences } from '../reports/consequences.ts';
import type { LogMessage } from './message-log.ts';
import { createNotifyFollowers } from './notify-followers.ts';
import { resendAt, type UnknownPolicy } from './retry-policy.ts';

/**
 * Changes message documents. Each change is guarded by the version it started from: of two that try, one gets
 * undefined.
 */
export interface Transitions {
  readonly outbox: Outbox<MessageDocument>;
  /**
   * Writes what happened, its event and the alarm of a message that is due soon, and publishes both. `tries`
   * replaces the count of attempts. It ends a lease, and the wait in a waitlist unless `hold` names one.
   */
  record(
    doc: MessageDocument,
    transition: MessageTransition,
    tries?: MessageDocument['tries'],
    hold?: MessageDocument['hold'],
  ): Promise<MessageDocument | undefined>;
  /** Before a call of a provider: until the lease ends, the message belongs to this caller alone. */
  claim(doc: MessageDocument, facts: CallFacts): Promise<MessageDocument | undefined>;
  /** Sets the alarm of a message due within the horizon, and when to look at it again. */
  arm(doc: MessageDocument): Promise<void>;
}

export interface TransitionsDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock'> {
  readonly metrics: MessagingMetrics;
  /** ms on the clock: what is due sooner is given to the broker's delay at once. */
  readonly horizon: number;
  /** ms of wall time for which a claim lasts. */
  readonly lease: number;
  readonly unknown: UnknownPolicy;
  /** Events about the person that follow from it. */
  readonly consequences: Consequences;
  /** Called when something that happened is stored. */
  readonly logMessage: LogMessage;
}

/** ms of wall time after which the sweep checks that a message in a waitlist was not forgotten. */
const HELD = 600_000;

export function createTransitions(deps: TransitionsDeps): Transitions {
  const { store, broker, clock, metrics, horizon, unknown } = deps;
  const collection = store.collection(collections.messages);

  const isNear = (dueAt: Instant): boolean => dueAt - clock.now() <= horizon;

  const nextSweepAt = (doc: MessageDocument): Instant | null => {
    const { lease, state, hold } = doc;
    if (lease !== undefined) return lease.until;
    if (hold !== undefined) return clock.now() + wall(clock, HELD);
    const again = resendAt(unknown, clock, doc);
    if (again !== undefined) return again;
    if (!mayStillLeave(state.status)) return null;
    return isNear(state.dueAt) ? alarmAgainAt(clock, state.dueAt) : state.dueAt - horizon;
  };

  const alarm = ({ workspace, id, version, state, cause }: MessageDocument) =>
    sendDueMessage({ workspace, id, version }, Math.max(0, state.dueAt - clock.now()), cause.traceparent);

  const needsAlarm = ({ state, lease, hold }: MessageDocument): boolean =>
    mayStillLeave(state.status) && lease === undefined && hold === undefined && isNear(state.dueAt);

  const notifyFollowers = createNotifyFollowers({ store, broker });
  const finish = async (doc: MessageDocument): Promise<undefined> => void (await notifyFollowers(doc));
  const noun = 'message';
  const outbox = createOutbox<MessageDocument>({ noun, collection, broker, clock, nextSweepAt, finish });

  /** A document that is not stored yet has version 0. */
  const commit = (doc: MessageDocument, before: number): Promise<MessageDocument | undefined> =>
    outbox.commit(doc, before === 0 ? null : before);

  return {
    outbox,
    async record(doc, transition, tries = doc.tries, hold = undefined) {
      const { lease: _over, tries: _before, hold: _waited, ...rest } = doc;
      const { workspace, cause } = doc;
      const version = doc.version + 1;
      const { event, state } = recordTransition({
        workspace,
        cause,
        version,
        transition,
        state: doc.state,
        now: clock.now(),
      });
      const next: MessageDocument = {
        ...{ ...rest, version, state, outbox: [] },
        ...(tries && { tries }),
        ...(hold && { hold }),
      };
      const alarms = needsAlarm(next) ? [alarm(next)] : [];
      const events = [event, ...(await deps.consequences({ event, state }))];
      const recorded = await commit({ ...next, outbox: [...eventsMessages(events), ...alarms] }, doc.version);
      if (recorded === undefined) return undefined;
      metrics.messages.inc({ channel: state.channel, outcome: transition.outcome });
      deps.logMessage(recorded, transition);
      return recorded;
    },
    claim: (doc, facts) => {
      const until = clock.now() + wall(clock, deps.lease);
      return commit({ ...doc, version: doc.version + 1, lease: { until, facts }, outbox: [] }, doc.version);
    },
    async arm(doc) {
      if (needsAlarm(doc)) await broker.publish([alarm(doc)]);
      await collection.write([{ doc: { ...doc, sweepAt: nextSweepAt(doc) }, ifVersion: doc.version }]);
    },
  };
}
