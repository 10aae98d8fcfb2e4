import type { MessageDocument } from '@herald/contracts';
import { type Clock, type SendRetryPolicy, span, type Tries, wall } from '@herald/domain';

/** What becomes of a message of which nobody knows whether it left: an operator decides, or it is sent again `after` ms of wall time. */
export type UnknownPolicy = { readonly then: 'hold' } | { readonly then: 'resend'; readonly after: number };

/** ms of wall time after its first attempt for which a message is tried. */
const MAX_AGE = 24 * span.HOUR;

/** Twelve attempts take about six hours; a server that asks for patience can make it a day. */
export const retryPolicy = (clock: Clock): SendRetryPolicy => ({
  attempts: 12,
  first: wall(clock, 10 * span.SECOND),
  longest: wall(clock, 2 * span.HOUR),
});

export const firstTry = (clock: Clock): Tries => ({ count: 0, until: clock.now() + wall(clock, MAX_AGE) });

/** Whether a message of unknown outcome is to be sent again some time. */
export const willResend = (policy: UnknownPolicy, clock: Clock, { state, tries }: MessageDocument): boolean =>
  policy.then === 'resend' &&
  state.status === 'unknown' &&
  (tries === undefined || (tries.count < retryPolicy(clock).attempts && tries.until > clock.now()));
