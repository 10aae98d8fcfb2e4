import { collections, eventsMessages, type MessageDocument, sendDueMessage } from '@herald/contracts';
import {
  type Instant,
  type MessageFacts,
  type MessageTelling,
  mayStillLeave,
  tellMessage,
  wall,
} from '@herald/domain';
import { createOutbox, type Outbox } from '@herald/outbox';
import type { ServiceDeps } from '@herald/service';
import { type UnknownPolicy, willResend } from './policy.ts';

/** Raised when others kept winning the race for a document: the message on the queue is tried again later. */
export class ConflictError extends Error {
  readonly code = 'conflict';
}

/** What is told of a call of a provider, whatever comes of it. */
export type CallFacts = Pick<MessageFacts, 'to' | 'templateVersion' | 'provider'>;

/** Moves message documents. Each change is guarded by the version it started from; of two that try, one gets undefined. */
export interface Transitions {
  readonly outbox: Outbox<MessageDocument>;
  /**
   * Writes what happened, the event that tells it and the alarm of what is due soon, and publishes both. `tries` replaces the count of
   * attempts. A lease is over with it.
   */
  tell(
    doc: MessageDocument,
    telling: MessageTelling,
    tries?: MessageDocument['tries'],
  ): Promise<MessageDocument | undefined>;
  /** Before a provider is called: from now until the lease ends the message is this caller's alone. */
  claim(doc: MessageDocument, facts: CallFacts): Promise<MessageDocument | undefined>;
  /** Sets the alarm of a message due within the horizon, and when to look at it again. */
  arm(doc: MessageDocument): Promise<void>;
}

export interface TransitionsDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock' | 'metrics'> {
  /** ms on the clock: what is due sooner is given to the broker's delay at once. */
  readonly horizon: number;
  /** ms of wall time for which a claim lasts. */
  readonly lease: number;
  readonly unknown: UnknownPolicy;
}

/** ms of wall time after a due time before the sweep gives the alarm again. */
const GRACE = 10_000;

export function createTransitions(deps: TransitionsDeps): Transitions {
  const { store, broker, clock, metrics, horizon, unknown } = deps;
  const collection = store.collection(collections.messages);

  const isNear = (dueAt: Instant): boolean => dueAt - clock.now() <= horizon;

  const attention = (doc: MessageDocument): Instant | null => {
    const { lease, state } = doc;
    if (lease !== undefined) return lease.until;
    if (unknown.then === 'resend' && willResend(unknown, clock, doc))
      return state.changedAt + wall(clock, unknown.after);
    if (!mayStillLeave(state.status)) return null;
    return isNear(state.dueAt)
      ? Math.max(state.dueAt, clock.now()) + wall(clock, GRACE)
      : state.dueAt - horizon;
  };

  const alarm = ({ workspace, id, version, state }: MessageDocument) =>
    sendDueMessage({ workspace, id, version }, Math.max(0, state.dueAt - clock.now()));

  const outbox = createOutbox({ collection, broker, clock, attention });

  /** A document that is not stored yet has version 0. */
  const commit = (doc: MessageDocument, before: number): Promise<MessageDocument | undefined> =>
    outbox.commit(doc, before === 0 ? null : before);

  return {
    outbox,
    async tell(doc, telling, tries = doc.tries) {
      const { lease: _over, tries: _before, ...rest } = doc;
      const { workspace, cause } = doc;
      const version = doc.version + 1;
      const { event, state } = tellMessage({
        workspace,
        cause,
        version,
        telling,
        state: doc.state,
        now: clock.now(),
      });
      const next: MessageDocument = { ...rest, version, state, ...(tries && { tries }), outbox: [] };
      const alarms = mayStillLeave(state.status) && isNear(state.dueAt) ? [alarm(next)] : [];
      const told = await commit({ ...next, outbox: [...eventsMessages([event]), ...alarms] }, doc.version);
      if (told !== undefined) metrics.messages.inc({ channel: state.channel, outcome: telling.outcome });
      return told;
    },
    claim: (doc, facts) => {
      const until = clock.now() + wall(clock, deps.lease);
      return commit({ ...doc, version: doc.version + 1, lease: { until, facts }, outbox: [] }, doc.version);
    },
    async arm(doc) {
      if (mayStillLeave(doc.state.status) && doc.lease === undefined && isNear(doc.state.dueAt))
        await broker.publish([alarm(doc)]);
      await collection.write([{ doc: { ...doc, sweepAt: attention(doc) }, ifVersion: doc.version }]);
    },
  };
}
