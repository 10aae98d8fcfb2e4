import type { MessageDocument } from '@herald/contracts';
import {
  type Channel,
  type Clock,
  type Instant,
  type SendRetryPolicy,
  span,
  type Tries,
  wall,
} from '@herald/domain';
import { channels } from '../channels/index.ts';

/**
 * What happens to a message of unknown outcome: it is held for an operator, or sent again `after` ms of wall
 * time.
 */
export type UnknownPolicy = { readonly then: 'hold' } | { readonly then: 'resend'; readonly after: number };

/** ms of wall time, from its first attempt, for which a message is tried. */
const MAX_AGE = 24 * span.HOUR;

/**
 * Twelve attempts take about six hours, up to a day with `Retry-After`. A channel may have its own policy.
 */
export function retryPolicy(clock: Clock, channel: Channel): SendRetryPolicy {
  const own = channels[channel].retry;
  const common = { first: wall(clock, 10 * span.SECOND), longest: wall(clock, 2 * span.HOUR) };
  if (own === undefined) return { ...common, attempts: 12 };
  return {
    ...common,
    attempts: own.rests.length + 1,
    rests: own.rests.map((rest) => wall(clock, rest)),
  };
}

export const firstTry = (clock: Clock, channel: Channel): Tries => ({
  count: 0,
  until: clock.now() + wall(clock, channels[channel].retry?.maxAge ?? MAX_AGE),
});

/** When a message of unknown outcome is sent again; undefined: never, or its outcome is known. */
export function resendAt(policy: UnknownPolicy, clock: Clock, doc: MessageDocument): Instant | undefined {
  const { state, tries } = doc;
  const { resendUnknownAfter = policy.then === 'resend' ? policy.after : undefined } =
    channels[state.channel].retry ?? {};
  if (resendUnknownAfter === undefined || state.status !== 'unknown') return undefined;
  const isOver =
    tries !== undefined &&
    (tries.count >= retryPolicy(clock, state.channel).attempts || tries.until <= clock.now());
  return isOver ? undefined : state.changedAt + wall(clock, resendUnknownAfter);
}
