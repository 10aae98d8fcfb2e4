import type { ProviderOutcome } from '@herald/domain';
import { callFailure } from '@herald/outbound';
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
  const why = callFailure(failure);
  if (why.kind === 'forbidden') return { kind: 'permanent', reason: `not called: ${why.reason}` };
  const words = why.kind === 'late' ? 'did not answer in time' : why.reason;
  return { kind: 'temporary', about: 'provider', reason: `the receiver ${words}` };
}
