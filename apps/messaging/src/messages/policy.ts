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

/**
 * What becomes of a message of which nobody knows whether it left: an operator decides, or it is sent again
 * `after` ms of wall time.
 */
export type UnknownPolicy = { readonly then: 'hold' } | { readonly then: 'resend'; readonly after: number };

/** ms of wall time after its first attempt for which a message is tried. */
const MAX_AGE = 24 * span.HOUR;

/** The rests between attempts that Standard Webhooks recommends, in ms of wall time. */
const WEBHOOK_RESTS = [
  5 * span.SECOND,
  5 * span.MINUTE,
  30 * span.MINUTE,
  2 * span.HOUR,
  5 * span.HOUR,
  10 * span.HOUR,
  14 * span.HOUR,
  20 * span.HOUR,
  24 * span.HOUR,
];
/** They make 76 hours, and are spread by up to a quarter. */
const WEBHOOK_MAX_AGE = 5 * span.DAY;

/**
 * Twelve attempts take about six hours; a server that asks for patience can make it a day. A webhook has ten,
 * in about three days.
 */
export const retryPolicy = (clock: Clock, channel: Channel): SendRetryPolicy => ({
  attempts: channel === 'webhook' ? WEBHOOK_RESTS.length + 1 : 12,
  first: wall(clock, 10 * span.SECOND),
  longest: wall(clock, 2 * span.HOUR),
  ...(channel === 'webhook' ? { rests: WEBHOOK_RESTS.map((rest) => wall(clock, rest)) } : {}),
});

export const firstTry = (clock: Clock, channel: Channel): Tries => ({
  count: 0,
  until: clock.now() + wall(clock, channel === 'webhook' ? WEBHOOK_MAX_AGE : MAX_AGE),
});

/**
 * A webhook of unknown outcome is sent again whatever is set: its id tells the receiver that it is the same
 * one.
 */
const WEBHOOK: UnknownPolicy = { then: 'resend', after: 5 * span.SECOND };

/** When a message of unknown outcome is sent again, or undefined: it is not, or its outcome is known. */
export function resendAt(policy: UnknownPolicy, clock: Clock, doc: MessageDocument): Instant | undefined {
  const { state, tries } = doc;
  const here = state.channel === 'webhook' ? WEBHOOK : policy;
  if (here.then !== 'resend' || state.status !== 'unknown') return undefined;
  const isOver =
    tries !== undefined &&
    (tries.count >= retryPolicy(clock, state.channel).attempts || tries.until <= clock.now());
  return isOver ? undefined : state.changedAt + wall(clock, here.after);
}
