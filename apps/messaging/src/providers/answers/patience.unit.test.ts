import { expect, test } from 'vitest';
import { rateLimitReset, retryAfter } from './patience.ts';
import { isUnreached } from './unreached.ts';

const NOW = Date.parse('2026-03-02T08:00:00Z');

test.each([
  ['30', 30_000],
  ['0', 0],
  ['Mon, 02 Mar 2026 08:01:00 GMT', 60_000],
  ['Mon, 02 Mar 2026 07:00:00 GMT', 0],
  ['999999999', 86_400_000],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (value, expected) => {
  expect(retryAfter({ 'Retry-After': value }, NOW)).toBe(expected);
});

test.each([
  [String(NOW / 1000 + 30), 31_000],
  [String(NOW / 1000 - 30), 0],
  ['60', undefined],
  ['never', undefined],
])('X-RateLimit-Reset %j is %j ms', (value, expected) => {
  expect(rateLimitReset({ 'x-ratelimit-reset': value }, NOW)).toBe(expected);
});

test.each([
  [{ code: 'ECONNREFUSED' }, true],
  [{ code: 'ETIMEDOUT', syscall: 'connect' }, true],
  [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, true],
  [{ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } }, true],
  [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, true],
  [{ code: 'ECONNRESET', syscall: 'read' }, false],
  [{ code: 'ECONNABORTED' }, false],
  [{ code: 'ETIMEDOUT' }, false],
  [undefined, false],
])('a call that ended with %j certainly reached nobody: %j', (failure, expected) => {
  expect(isUnreached(failure)).toBe(expected);
});
