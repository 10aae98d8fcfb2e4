import { STATUS_CODES } from 'node:http';
import { unavailability } from '@herald/store';
import { Problem } from './problem.ts';

/** Fastify's own errors, by their code. */
const FASTIFY: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new Problem(413, 'body_too_large', 'The body is larger than this route takes.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new Problem(415, 'unsupported_media_type', 'This route does not take a body of this content type.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new Problem(400, 'content_length_mismatch', 'The body is not as long as Content-Length says.'),
  FST_ERR_BAD_URL: () => new Problem(400, 'bad_url', 'The path is not a valid URL.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new Problem(414, 'url_too_long', 'A part of the path is too long.'),
  FST_ERR_HANDLER_TIMEOUT: () =>
    new Problem(503, 'timeout', 'This took too long. What you asked for may still happen.', {
      retryAfter: 5,
    }),
};

/** s after which a caller should try again when store or broker was away. An election takes up to 12. */
const COME_BACK = 5;

/** Store or broker cannot serve any request now. */
export const unavailable = (what: 'store' | 'broker', cause?: unknown): Problem =>
  new Problem(
    503,
    `${what}_unavailable`,
    `The ${what === 'store' ? 'database' : 'broker'} cannot be reached at the moment. A read can ` +
      'simply be repeated; whether a write was done is not known.',
    { retryAfter: COME_BACK, cause },
  );

/**
 * Any error as a problem. An unforeseen error is a 500 that says nothing of what went wrong; its cause is for
 * the log.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (code === 'invalid_cursor') {
    return new Problem(400, 'invalid_cursor', 'The cursor is not valid, or belongs to another list.', {
      errors: [{ path: '/cursor', message: 'must be the nextCursor of an earlier page of the same list' }],
    });
  }
  if (unavailability(error) !== undefined) return unavailable('store', error);
  const known = typeof code === 'string' ? FASTIFY[code] : undefined;
  if (known !== undefined) return known();
  // Messages of other libraries may hold what the caller must not see, so only their status is used.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new Problem(statusCode, 'refused', `${STATUS_CODES[statusCode] ?? 'Refused'}.`);
  }
  return new Problem(
    500,
    'internal',
    'Something went wrong on the server. The log has the details under this request id.',
    {
      cause: error,
    },
  );
}
