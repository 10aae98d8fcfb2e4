import type { Instant } from '../clock.ts';
import { suppressionOf, type TopicRule, whyNoConsent } from '../consent/rules.ts';
import { deriveId } from '../ids.ts';
import type { ProspectState } from '../prospect/prospect.ts';
import type { Bounce, Channel, MessageState, MessageStatus } from './message.ts';
import type { MessageTransition } from './transition.ts';

/**
 * What a provider made of a message. Only `sent` has it, and `unknown` may have it. `temporary` is about the
 * message or its receiver unless it says that it is about the provider; `throttled` and `credentials` always
 * are. `retryAfter` is in ms of wall time.
 */
export type ProviderOutcome =
  | { readonly kind: 'sent'; readonly providerId?: string }
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
      /** The person has told the provider that they want no more. */
      readonly optedOut?: true;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What is known, at the moment of sending, of whether a message may leave. */
export interface SendCircumstances {
  readonly channel: Channel;
  readonly requestedAt: Instant;
  /** Undefined: there is no such enrollment any more. */
  readonly enrollment: { readonly withdrawn?: boolean; readonly reason?: string } | undefined;
  readonly prospect: ProspectState | undefined;
  /** Where it would go. */
  readonly address?: string | undefined;
  /** Why nothing may go there, whoever it is for: it bounced when it was another prospect's. */
  readonly suppressedElsewhere?: { readonly reason?: string } | undefined;
  /** What it is about; undefined: nothing that one could choose. */
  readonly topic?: TopicRule | undefined;
  /** A message that is owed, such as a receipt: consent is not asked. */
  readonly transactional: boolean;
}

/** Why a message may not leave, or undefined. Limits (quiet hours, caps, rates) come after these. */
export function whyNotSend(circumstances: SendCircumstances): MessageTransition | undefined {
  const { channel, enrollment, prospect, requestedAt, transactional, address, topic } = circumstances;
  if (enrollment === undefined) return because('withdrawn', 'its enrollment is gone');
  if (enrollment.withdrawn) return because('withdrawn', enrollment.reason ?? 'its enrollment has ended');
  if (prospect === undefined) return because('suppressed', 'prospect_unknown');
  if (isErased(prospect, requestedAt)) return because('suppressed', 'erased');
  // A webhook is not to the person: what they subscribe to is not asked.
  if (channel === 'webhook') return undefined;
  const refusal = transactional ? undefined : whyNoConsent(prospect, channel, topic);
  if (refusal !== undefined) return because('suppressed', refusal);
  // Also of what is owed: it would not arrive, and trying again costs the sender's name.
  const suppression = suppressionOf(prospect, channel, address) ?? circumstances.suppressedElsewhere;
  if (suppression !== undefined) return because('suppressed', suppression.reason ?? 'suppressed');
  return undefined;
}

/**
 * Somebody who came back after an erasure, with new data, is somebody new; what was meant for the one before
 * is not for them.
 */
const isErased = ({ erasedAt, traits }: ProspectState, requestedAt: Instant): boolean =>
  erasedAt !== undefined && (requestedAt <= erasedAt || Object.keys(traits).length === 0);

const because = (outcome: 'withdrawn' | 'suppressed', reason: string): MessageTransition => ({
  outcome,
  facts: { reason },
});

/** How often a message is tried, and how long it rests in between, in ms of the clock that `now` is on. */
export interface SendRetryPolicy {
  readonly attempts: number;
  /** Before the second attempt; doubled before each one after it, up to `longest`. */
  readonly first: number;
  readonly longest: number;
  /** The rests before the second attempt, the third and so on, instead of doubled ones. */
  readonly rests?: readonly number[];
}

/** The attempts since a message was asked for, or asked for again, and until when it is tried. */
export interface Tries {
  readonly count: number;
  readonly until: Instant;
  /** The providers that certainly do not have it since it was last tried with all of them. */
  readonly without?: readonly string[];
}

export interface AttemptOptions {
  readonly policy: SendRetryPolicy;
  /** Before this attempt. */
  readonly tries: Tries;
  /** The provider's `retryAfter`, in ms of the clock that `now` is on. */
  readonly retryAfter: number;
  /** When a provider that takes nothing from anybody now is to be tried again. */
  readonly comeBack: Instant;
  readonly now: Instant;
}

/** What follows from a provider's answer. Only a temporary failure is ever tried again by itself. */
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
  // Not this message's fault, so it does not use up its attempts.
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
 * Doubles, or as listed, and is spread by a quarter either way: the same for the same message, different for
 * its neighbours.
 */
function backoff({ first, longest, rests }: SendRetryPolicy, messageId: string, count: number): number {
  const spread = Buffer.from(deriveId('backoff', messageId, count), 'base64url').readUInt32BE(0) / 2 ** 32;
  const rest = rests?.[count - 1] ?? Math.min(first * 2 ** (count - 1), longest);
  return Math.ceil(rest * (0.75 + spread / 2));
}

/** Whether an operator may have it tried again; `unknown` only by saying that it may arrive twice. */
export const mayRetry = (status: MessageStatus, mayDuplicate: boolean): boolean =>
  status === 'failed' ||
  status === 'bounced' ||
  status === 'suppressed' ||
  status === 'expired' ||
  (status === 'unknown' && mayDuplicate);
