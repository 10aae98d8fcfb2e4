import { isTwilioOptOut, twilioBounce } from '@herald/addresses';
import { type ProviderOutcome, reasonOf } from '@herald/domain';
import { retryAfter } from '../../../providers/answers/patience.ts';
import { isUnreached } from '../../../providers/answers/unreached.ts';
import { TwilioRefusal } from './http.ts';

/**
 * What a failed call of Twilio's API means for the message, by its page on error 20429 (what is refused by it
 * was not processed) and its list of errors, where 21xxx is about the one request, whatever its status. A 500
 * or 503 is Twilio's own; a 502 or 504 comes from what stands before it, which cannot know.
 */
export function outcomeOfFailure(error: unknown, now: number): ProviderOutcome {
  if (!(error instanceof TwilioRefusal)) {
    const { code = 'error', message = 'the call failed' } = (error ?? {}) as {
      code?: string;
      message?: string;
    };
    const reason = withoutNumbers(reasonOf(`${code}: ${message}`));
    return isUnreached(error)
      ? { kind: 'temporary', about: 'provider', reason }
      : { kind: 'unknown', reason };
  }
  const { status, code, headers, message } = error;
  const reason = withoutNumbers(
    reasonOf(code === 0 ? `${status}: ${message}` : `${status}, ${code}: ${message}`),
  );
  const patience = retryAfter(headers, now);
  const wait = patience === undefined ? {} : { retryAfter: patience };
  const bounce = twilioBounce(code);
  if (status === 429) return { kind: 'throttled', reason, ...wait };
  if (code >= 21_000 && code < 22_000 && status < 500)
    return {
      ...{ kind: 'permanent', reason },
      ...(bounce === undefined ? {} : { bounce }),
      ...(isTwilioOptOut(code) ? { optedOut: true } : {}),
    };
  if (status === 401 || status === 403) return { kind: 'credentials', reason };
  if (status === 502 || status === 504) return { kind: 'unknown', reason };
  if (status >= 500 || status < 400 || status === 408)
    return { kind: 'temporary', about: 'provider', reason, ...wait };
  return { kind: 'permanent', reason };
}

/** Twilio repeats the number it was given. */
const withoutNumbers = (text: string): string => text.replace(/\+\d[\d ]{5,}\d/g, '(number)');
