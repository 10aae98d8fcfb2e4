import type { Instant } from '../clock.ts';
import { deriveId } from '../ids.ts';
import { hasConsent, type ProspectState } from '../prospect/prospect.ts';
import type { Channel, MessageState, MessageStatus } from './message.ts';
import type { MessageTelling } from './tell.ts';

/** What a provider made of a message. `unknown`: it may or may not have it. `retryAfter` is in ms of wall time. */
export type ProviderOutcome =
  | { readonly kind: 'sent'; readonly providerId?: string }
  | { readonly kind: 'temporary'; readonly reason: string; readonly retryAfter?: number }
  | { readonly kind: 'permanent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What is known, at the moment of sending, of whether a message may leave. */
export interface SendCircumstances {
  readonly channel: Channel;
  readonly requestedAt: Instant;
  /** Undefined: there is no such enrollment any more. */
  readonly enrollment: { readonly withdrawn?: boolean; readonly reason?: string } | undefined;
  readonly prospect: ProspectState | undefined;
  /** A message that is owed, such as a receipt: consent is not asked. */
  readonly transactional: boolean;
}

/** Why a message may not leave, or undefined. Limits (quiet hours, caps, rates) come after these. */
export function whyNotSend(circumstances: SendCircumstances): MessageTelling | undefined {
  const { channel, enrollment, prospect, requestedAt, transactional } = circumstances;
  if (enrollment === undefined) return because('withdrawn', 'its enrollment is gone');
  if (enrollment.withdrawn) return because('withdrawn', enrollment.reason ?? 'its enrollment has ended');
  if (prospect === undefined) return because('suppressed', 'prospect_unknown');
  if (isErased(prospect, requestedAt)) return because('suppressed', 'erased');
  if (!transactional && !hasConsent(prospect, channel)) return because('suppressed', 'unsubscribed');
  return undefined;
}

/** Somebody who came back after an erasure, with new data, is somebody new; what was meant for the one before is not for them. */
const isErased = ({ erasedAt, traits }: ProspectState, requestedAt: Instant): boolean =>
  erasedAt !== undefined && (requestedAt <= erasedAt || Object.keys(traits).length === 0);

const because = (outcome: 'withdrawn' | 'suppressed', reason: string): MessageTelling => ({
  outcome,
  facts: { reason },
});

/** How often a message is tried, and how long it rests in between, in ms of the clock that `now` is on. */
export interface SendRetryPolicy {
  readonly attempts: number;
  /** Before the second attempt; doubled before each one after it, up to `longest`. */
  readonly first: number;
  readonly longest: number;
}

/** The attempts since a message was asked for, or asked for again, and until when it is tried. */
export interface Tries {
  readonly count: number;
  readonly until: Instant;
}

export interface AttemptOptions {
  readonly policy: SendRetryPolicy;
  /** Before this attempt. */
  readonly tries: Tries;
  /** The provider's `retryAfter`, in ms of the clock that `now` is on. */
  readonly retryAfter: number;
  readonly now: Instant;
}

/** What follows from a provider's answer. Only a temporary failure is ever tried again by itself. */
export function afterAttempt(
  state: MessageState,
  outcome: ProviderOutcome,
  { policy, tries, retryAfter, now }: AttemptOptions,
): MessageTelling {
  const attempts = state.attempts + 1;
  if (outcome.kind === 'sent') {
    const { providerId } = outcome;
    return { outcome: 'sent', facts: { attempts, ...(providerId === undefined ? {} : { providerId }) } };
  }
  const { reason } = outcome;
  if (outcome.kind === 'permanent') return { outcome: 'failed', facts: { attempts, reason } };
  if (outcome.kind === 'unknown') return { outcome: 'unknown', facts: { attempts, reason } };
  const count = tries.count + 1;
  if (count >= policy.attempts)
    return { outcome: 'failed', facts: { attempts, reason: `given up after ${count} attempts: ${reason}` } };
  const dueAt = now + Math.max(retryAfter, backoff(policy, state.messageId, count));
  if (dueAt > tries.until)
    return { outcome: 'expired', facts: { attempts, reason: `not sent in time: ${reason}` } };
  return { outcome: 'scheduled', facts: { attempts, reason, dueAt } };
}

/** Doubles, and is spread by a quarter either way: the same for the same message, different for its neighbours. */
function backoff({ first, longest }: SendRetryPolicy, messageId: string, count: number): number {
  const spread = Buffer.from(deriveId('backoff', messageId, count), 'base64url').readUInt32BE(0) / 2 ** 32;
  return Math.ceil(Math.min(first * 2 ** (count - 1), longest) * (0.75 + spread / 2));
}

/** Whether an operator may have it tried again; `unknown` only by saying that it may arrive twice. */
export const mayRetry = (status: MessageStatus, mayDuplicate: boolean): boolean =>
  status === 'failed' ||
  status === 'suppressed' ||
  status === 'expired' ||
  (status === 'unknown' && mayDuplicate);
