import { type ProviderOutcome, reasonOf } from '@herald/domain';
import { type Headers, rateLimitReset, retryAfter } from '../../../providers/answers/patience.ts';
import { isUnreached } from '../../../providers/answers/unreached.ts';

/** What SendGrid answered, when it was not that it took the mail. */
export interface SendGridAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON with a list of errors, or, from whatever stands before it, anything else. */
  readonly body: unknown;
}

interface SendGridError {
  readonly message?: unknown;
  readonly field?: unknown;
}

/**
 * What an answer of Mail Send means for the mail, by SendGrid's pages on errors, responses and rate limits. A
 * 403 about the sender's address is this workspace's fault and no other's; any other 401 and 403 is about our
 * account. A 500 or 503 is SendGrid's and comes before it takes the mail, while a 502 or 504 comes from what
 * stands before it, which cannot know.
 */
export function outcomeOfAnswer({ status, headers, body }: SendGridAnswer, now: number): ProviderOutcome {
  const errors = errorsOf(body);
  const said = errors.map(({ message }) => message).filter((text) => typeof text === 'string');
  const reason = reasonOf(`${status}: ${said.join('; ') || 'no reason given'}`);
  const patience = retryAfter(headers, now) ?? rateLimitReset(headers, now);
  const wait = patience === undefined ? {} : { retryAfter: patience };
  if (status === 429) return { kind: 'throttled', reason, ...wait };
  if (status === 403 && errors.some(({ field }) => field === 'from')) return { kind: 'permanent', reason };
  if (status === 401 || status === 403) return { kind: 'credentials', reason };
  if (status === 502 || status === 504) return { kind: 'unknown', reason };
  if (status >= 500 || status < 400 || status === 408)
    return { kind: 'temporary', about: 'provider', reason, ...wait };
  return { kind: 'permanent', reason };
}

/** What it means that there was no answer. */
export function outcomeOfSilence(failure: Error & { readonly code?: string }): ProviderOutcome {
  const reason = reasonOf(`${failure.code ?? 'error'}: ${failure.message}`);
  return isUnreached(failure)
    ? { kind: 'temporary', about: 'provider', reason }
    : { kind: 'unknown', reason };
}

const errorsOf = (body: unknown): readonly SendGridError[] => {
  if (typeof body !== 'object' || body === null || !('errors' in body)) return [];
  return Array.isArray(body.errors)
    ? body.errors.filter((error) => typeof error === 'object' && error !== null)
    : [];
};
