import type { MessageDocument } from '@herald/contracts';
import { type Clock, span } from '@herald/domain';
import type { Waitlists } from '../limits/waitlists.ts';
import { firstTry, resendAt, type UnknownPolicy } from './retry-policy.ts';
import { isBehind, type RunOrder } from './run-order.ts';
import type { Transitions } from './transitions.ts';

export interface SweepMessageDeps {
  readonly transitions: Transitions;
  readonly runOrder: Pick<RunOrder, 'look'>;
  readonly wake: Waitlists['wake'];
  readonly clock: Clock;
  readonly unknown: UnknownPolicy;
  /** ms of wall time. */
  readonly lease: number;
}

/**
 * What the sweep does for a message whose `sweepAt` has come: publish a full outbox; set the alarm of what is
 * due soon, or set it again if it was lost; record `unknown` when a lease ended without an outcome. A lease
 * is never ended early, not even at start: its holder may be another replica, or a former process that is
 * still stopping.
 */
export function createSweepMessage({ transitions, runOrder, wake, clock, unknown, lease }: SweepMessageDeps) {
  return async (found: MessageDocument): Promise<void> => {
    const doc = await transitions.outbox.flush(found);
    // In case the process that let it wait, or one that releases messages, was cut off or missed it.
    if (doc.hold !== undefined && !isBehind(doc)) await wake(doc.workspace, doc.hold.waitlist);
    if (doc !== found) return;
    if (isBehind(doc)) await runOrder.look(doc);
    const { state } = doc;
    if (doc.lease !== undefined && doc.lease.until <= clock.now()) {
      const reason = `no outcome within ${lease / span.SECOND} s: the provider may have it`;
      const facts = { ...doc.lease.facts, reason, attempts: state.attempts + 1 };
      const tries = doc.tries ?? firstTry(clock, state.channel);
      await transitions.record(doc, { outcome: 'unknown', facts }, { ...tries, count: tries.count + 1 });
      return;
    }
    if ((resendAt(unknown, clock, doc) ?? Infinity) <= clock.now()) {
      const reason = 'sent again: nobody could tell whether it had left';
      await transitions.record(doc, { outcome: 'scheduled', facts: { reason, dueAt: clock.now() } });
      return;
    }
    await transitions.arm(doc);
  };
}
