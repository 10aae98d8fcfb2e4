import { STATUS_CODES } from 'node:http';
import { type TSchema, Type } from 'typebox';
import { PROBLEM_TYPE } from './problem/problem.ts';

/** The query of every list. Spread its `properties` to add filters. */
export const PageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Items a page.' })),
  cursor: Type.Optional(
    Type.String({ maxLength: 4096, description: 'The `nextCursor` of the page before.' }),
  ),
});

/** The answer of every list. `nextCursor` is there if there are more. */
export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) });

/** The body that `problemBody` makes. */
export const ProblemBody = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'For people.' }),
    code: Type.String({ description: 'For programs; stable.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({ path: Type.String({ description: 'A JSON pointer.' }), message: Type.String() }),
      ),
    ),
    instance: Type.Optional(
      Type.String({ description: "The id under which the server's log has the request." }),
    ),
  },
  { description: 'A problem (RFC 9457).' },
);

/** What a status means here, where its standard name does not say it. */
const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `errors` names each mistake.',
  401: 'There is no valid API key, or the sender is not verified.',
  403: 'The API key lacks a scope.',
  404: 'Nothing has this name.',
  408: 'The request took too long to arrive.',
  413: 'The body is larger than this route takes.',
  414: 'A part of the path is too long.',
  415: 'The route does not take this content type; `detail` says what it takes.',
  422: 'The request is well formed but cannot work; `errors` names each mistake.',
  429: 'Too many requests. Send it again after Retry-After.',
  431: 'The headers are too large.',
  500: 'An error of the server. Its log has it under `instance`.',
  503: 'This cannot be done now. Send it again after Retry-After.',
};

const RetryAfter = Type.Integer({ minimum: 0, description: 'Seconds to wait before the next try.' });

const problemResponse = (status: number) => ({
  description: MEANINGS[status] ?? `${STATUS_CODES[status] ?? 'A problem'}.`,
  ...((status === 429 || status === 503) && { headers: { 'Retry-After': RetryAfter } }),
  content: { [PROBLEM_TYPE]: { schema: ProblemBody } },
});

/**
 * Schemas of a route's error answers, for its `response`: problems, with Retry-After where it applies. The
 * answers that any route may give (400, 401, 403, 408, 413, 415, 500 and so on) are added when the route is
 * declared.
 */
export function problemResponses<const S extends number>(
  ...statuses: S[]
): Record<S, ReturnType<typeof problemResponse>> {
  return Object.fromEntries(statuses.map((status) => [status, problemResponse(status)])) as Record<
    S,
    ReturnType<typeof problemResponse>
  >;
}

/** A text answer of one of these content types, for a route's `response`. */
export const textResponse = (description: string, ...types: string[]) => ({
  description,
  content: Object.fromEntries(types.map((type) => [type, { schema: Type.String() }])),
});
