import { mailDate, span } from '@herald/domain';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The longest rest that is believed. */
const LONGEST = span.DAY;

/** One header, whatever the case of its name; of several with the name the first. */
function headerOf(headers: Headers, name: string): string | undefined {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : found?.[0];
}

/**
 * ms that a server asks for by `Retry-After`: a number of seconds or a date (RFC 9110, section 10.2.3). `now`
 * is wall time.
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headerOf(headers, 'retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * span.SECOND : untilDate(value, now);
  return ms === undefined ? undefined : Math.min(LONGEST, Math.max(0, ms));
}

function untilDate(text: string, now: number): number | undefined {
  const at = mailDate(text);
  return at === undefined ? undefined : at - now;
}

/** ms until `X-RateLimit-Reset`, a number of seconds since 1970, as SendGrid gives it. `now` is wall time. */
export function rateLimitReset(headers: Headers, now: number): number | undefined {
  const value = headerOf(headers, 'x-ratelimit-reset')?.trim() ?? '';
  // A second more: the limit is over at some time within the second that is named.
  return /^\d{9,11}$/.test(value)
    ? Math.min(LONGEST, Math.max(0, (Number(value) + 1) * span.SECOND - now))
    : undefined;
}
