import type { ProviderOutcome } from '@herald/domain';
import { ForbiddenTargetError } from '@herald/outbound';
import { type Headers, retryAfter } from '../../providers/answers/patience.ts';

/**
 * What a receiver's answer means, by Standard Webhooks: 2xx is success, 410 asks for no more, everything else
 * is tried again. The id of a webhook shows the receiver that it is the same one, so trying again is always
 * safe. What the receiver wrote is never repeated.
 */
export function outcomeOfAnswer(status: number, headers: Headers, now: number): ProviderOutcome {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status === 410) return { kind: 'permanent', reason: '410: the receiver wants no more of these' };
  const patience = retryAfter(headers, now);
  const wait = patience === undefined ? {} : { retryAfter: patience };
  if (status === 429 || status >= 500)
    return { kind: 'temporary', about: 'provider', reason: `the receiver answered ${status}`, ...wait };
  if (status >= 300 && status < 400)
    return { kind: 'temporary', reason: `the receiver answered ${status}; redirects are not followed` };
  return { kind: 'temporary', reason: `the receiver answered ${status}`, ...wait };
}

/** Only Herald's own words, or a code: others could reveal what is behind a name. */
export function outcomeOfFailure(failure: unknown): ProviderOutcome {
  const forbidden = forbiddenOf(failure);
  if (forbidden !== undefined) return { kind: 'permanent', reason: `not called: ${forbidden.message}` };
  return { kind: 'temporary', about: 'provider', reason: reasonOfFailure(failure) };
}

const forbiddenOf = (failure: unknown): ForbiddenTargetError | undefined => {
  if (failure instanceof ForbiddenTargetError) return failure;
  return failure instanceof Error && failure.cause !== undefined ? forbiddenOf(failure.cause) : undefined;
};

function reasonOfFailure(failure: unknown): string {
  const { name = '', code = '' } = (failure ?? {}) as { name?: string; code?: string };
  if (name === 'TimeoutError' || code.includes('TIMEOUT') || code === 'ETIMEDOUT')
    return 'the receiver did not answer in time';
  return /^[A-Z][A-Z0-9_]{2,50}$/.test(code)
    ? `the receiver cannot be reached: ${code}`
    : 'the receiver cannot be reached';
}
