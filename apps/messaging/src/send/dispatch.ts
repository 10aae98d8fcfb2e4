import type { MessageDocument } from '@herald/contracts';
import { type CallFacts, type Clock, type ProviderOutcome, span, wall } from '@herald/domain';
import type { MessagingMetrics } from '../metrics.ts';
import type { Lane, Target } from '../providers/lane.ts';
import { comeBack } from './gate-shut.ts';
import type { Ready } from './prepare.ts';
import type { Transitions } from './transitions.ts';

/** A call of a provider that was made. */
export interface Call {
  readonly claimed: MessageDocument;
  readonly lane: Lane;
  readonly target: Target;
  readonly facts: CallFacts;
  readonly outcome: ProviderOutcome;
}

/**
 * Claims a message and hands it to its provider. Undefined: it was not called, and that is recorded; or
 * somebody else has the message.
 */
export type Dispatch = (doc: MessageDocument, ready: Ready) => Promise<Call | undefined>;

export interface DispatchDeps {
  readonly clock: Clock;
  readonly metrics: MessagingMetrics;
  readonly transitions: Pick<Transitions, 'claim' | 'record'>;
}

export function createDispatch({ clock, metrics, transitions }: DispatchDeps): Dispatch {
  const seconds = (ms: number): number => Math.max(0, ms) / wall(clock, span.SECOND);

  return async (doc, { lane, target, message, facts }) => {
    const pass = lane.gate(target).enter();
    if ('until' in pass) {
      const reason = lane.gate(target).shut()?.reason ?? 'others go first';
      await transitions.record(doc, comeBack(doc, lane, reason));
      return undefined;
    }
    const claimed = await transitions.claim(doc, facts).catch((error: unknown) => {
      pass.unused();
      throw error;
    });
    if (claimed?.lease === undefined) {
      pass.unused();
      return undefined;
    }
    // The process stood still: the lease could end during the call. Nothing has left, so it starts over.
    if (claimed.lease.until - clock.now() < wall(clock, lane.timeout)) {
      pass.unused();
      const held = { reason: 'held up before the call', dueAt: clock.now() };
      await transitions.record(claimed, { outcome: 'scheduled', facts: held });
      return undefined;
    }
    metrics.latenessSeconds.observe({ kind: 'send' }, seconds(clock.now() - doc.state.dueAt));
    const outcome = await lane.send(message, target);
    const { receivedAt } = doc.request ?? {};
    // Not of a message that was put off: its wait says nothing about how fast Herald is.
    if (outcome.kind === 'sent' && receivedAt !== undefined && doc.state.version === 0)
      metrics.eventToSendSeconds.observe(seconds(clock.now() - receivedAt));
    pass.done(outcome);
    return { claimed, lane, target, facts, outcome };
  };
}
