import type { Instant } from '../clock.ts';
import { suppressionOf, type TopicRule, whyNoConsent } from '../consent/rules.ts';
import { deriveId } from '../ids.ts';
import type { ProspectState } from '../prospect/prospect.ts';
import type { Channel } from './channel.ts';
import type { Bounce, MessageState, MessageStatus } from './message.ts';
import type { MessageTransition } from './transition.ts';

/**
 * The outcome of an attempt. After `sent` the provider has the message, after `unknown` it may have it.
 * `temporary` is about the message or its receiver, or about the provider where it says so; `throttled` and
 * `credentials` are always about the provider. `retryAfter` is in ms of wall time.
 */
export type ProviderOutcome =
  | {
      readonly kind: 'sent';
      readonly providerId?: string;
      /** Copies that the provider did not take, and why. */
      readonly leftOut?: readonly string[];
    }
  | {
      readonly kind: 'temporary';
      readonly reason: string;
      readonly retryAfter?: number;
      readonly about?: 'provider';
    }
  | { readonly kind: 'throttled'; readonly reason: string; readonly retryAfter?: number }
  | { readonly kind: 'credentials'; readonly reason: string }
  | {
      readonly kind: 'permanent';
      readonly reason: string;
      readonly bounce?: Bounce;
      /** The person has unsubscribed at the provider. */
      readonly optedOut?: true;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What decides, at the moment of sending, whether a message may leave. */
export interface SendCircumstances {
  readonly channel: Channel;
  readonly requestedAt: Instant;
  /** Undefined: the enrollment no longer exists. */
  readonly enrollment: { readonly withdrawn?: boolean; readonly reason?: string } | undefined;
  readonly prospect: ProspectState | undefined;
  /** Where it would go. */
  readonly address?: string | undefined;
  /** The address is suppressed because of another prospect: their message bounced there. */
  readonly suppressedElsewhere?: { readonly reason?: string } | undefined;
  /** What it is about; undefined: no topic. */
  readonly topic?: TopicRule | undefined;
  /** A receipt or the like: it needs no consent. */
  readonly transactional: boolean;
}

/** Why a message may not leave, or undefined. Limits (quiet hours, caps, rates) come after these. */
export function whyNotSend(circumstances: SendCircumstances): MessageTransition | undefined {
  const { channel, enrollment, prospect, requestedAt, transactional, address, topic } = circumstances;
  if (enrollment === undefined) return because('withdrawn', 'its enrollment is gone');
  if (enrollment.withdrawn) return because('withdrawn', enrollment.reason ?? 'its enrollment has ended');
  if (prospect === undefined) return because('suppressed', 'prospect_unknown');
  if (isErased(prospect, requestedAt)) return because('suppressed', 'erased');
  // A webhook does not go to the person: it needs no consent.
  if (channel === 'webhook') return undefined;
  const refusal = transactional ? undefined : whyNoConsent(prospect, channel, topic);
  if (refusal !== undefined) return because('suppressed', refusal);
  // Transactional messages too: they would not arrive, and each attempt harms the sender's reputation.
  const suppression = suppressionOf(prospect, channel, address) ?? circumstances.suppressedElsewhere;
  if (suppression !== undefined) return because('suppressed', suppression.reason ?? 'suppressed');
  return undefined;
}

/**
 * A person who comes back after an erasure, with new data, is a new person: messages requested before are not
 * for them.
 */
const isErased = ({ erasedAt, traits }: ProspectState, requestedAt: Instant): boolean =>
  erasedAt !== undefined && (requestedAt <= erasedAt || Object.keys(traits).length === 0);

const because = (outcome: 'withdrawn' | 'suppressed', reason: string): MessageTransition => ({
  outcome,
  facts: { reason },
});

/** How often a message is tried, and how long it waits in between, in ms of the clock that `now` is on. */
export interface SendRetryPolicy {
  readonly attempts: number;
  /** Before the second attempt; doubled before each one after it, up to `longest`. */
  readonly first: number;
  readonly longest: number;
  /** The waits before the second attempt, the third and so on, instead of doubled ones. */
  readonly rests?: readonly number[];
}

/** The attempts since a message was requested, or requested again, and until when it is tried. */
export interface Tries {
  readonly count: number;
  readonly until: Instant;
  /** The providers that certainly do not have it, since the last round over all of them. */
  readonly without?: readonly string[];
}

export interface AttemptOptions {
  readonly policy: SendRetryPolicy;
  /** Before this attempt. */
  readonly tries: Tries;
  /** The provider's `retryAfter`, in ms of the clock that `now` is on. */
  readonly retryAfter: number;
  /** When to try a provider again that takes no messages at all now. */
  readonly comeBack: Instant;
  readonly now: Instant;
}

/** What follows from a provider's answer. Only a temporary failure is tried again without an operator. */
export function afterAttempt(
  state: MessageState,
  outcome: ProviderOutcome,
  { policy, tries, retryAfter, comeBack, now }: AttemptOptions,
): MessageTransition {
  const attempts = state.attempts + 1;
  if (outcome.kind === 'sent') {
    const { providerId } = outcome;
    return { outcome: 'sent', facts: { attempts, ...(providerId === undefined ? {} : { providerId }) } };
  }
  const { reason } = outcome;
  if (outcome.kind === 'permanent') {
    const { bounce, optedOut } = outcome;
    return bounce === undefined
      ? { outcome: 'failed', facts: { attempts, reason, ...(optedOut && { optedOut }) } }
      : { outcome: 'bounced', facts: { attempts, reason, bounce } };
  }
  if (outcome.kind === 'unknown') return { outcome: 'unknown', facts: { attempts, reason } };
  // The provider's fault: it does not count as an attempt of the message.
  if (outcome.kind === 'throttled' || outcome.kind === 'credentials')
    return { outcome: 'scheduled', facts: { attempts, reason, dueAt: Math.max(now, comeBack) } };
  const count = tries.count + 1;
  if (count >= policy.attempts)
    return { outcome: 'failed', facts: { attempts, reason: `given up after ${count} attempts: ${reason}` } };
  const dueAt = now + Math.max(retryAfter, backoff(policy, state.messageId, count));
  if (dueAt > tries.until)
    return { outcome: 'expired', facts: { attempts, reason: `not sent in time: ${reason}` } };
  return { outcome: 'scheduled', facts: { attempts, reason, dueAt } };
}

/**
 * The wait before the next attempt: doubled or as listed, then spread by a quarter either way, which depends
 * on the message.
 */
function backoff({ first, longest, rests }: SendRetryPolicy, messageId: string, count: number): number {
  const spread = Buffer.from(deriveId('backoff', messageId, count), 'base64url').readUInt32BE(0) / 2 ** 32;
  const rest = rests?.[count - 1] ?? Math.min(first * 2 ** (count - 1), longest);
  return Math.ceil(rest * (0.75 + spread / 2));
}

/** Whether an operator may have it tried again; `unknown` only with leave to arrive twice. */
export const mayRetry = (status: MessageStatus, mayDuplicate: boolean): boolean =>
  status === 'failed' ||
  status === 'bounced' ||
  status === 'suppressed' ||
  status === 'expired' ||
  (status === 'unknown' && mayDuplicate);
