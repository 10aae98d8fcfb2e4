import { type TSchema, Type } from 'typebox';
import { PROBLEM_TYPE } from '../problem/problem.ts';

/** The query of every list. Spread its `properties` to add filters. */
export const PageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Items a page.' })),
  cursor: Type.Optional(
    Type.String({ maxLength: 4096, description: 'The `nextCursor` of the page before.' }),
  ),
});

/** The answer of every list. `nextCursor` is there when there is more. */
export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) });

/** What `problemBody` makes. */
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
    instance: Type.Optional(Type.String({ description: 'The id under which our log knows the request.' })),
  },
  { description: 'A problem (RFC 9457).' },
);

const problem = {
  description: 'A problem (RFC 9457).',
  content: { [PROBLEM_TYPE]: { schema: ProblemBody } },
};

/** Schemas of the errors a route answers with, for its `response`. */
export function problemResponses<const S extends number>(...statuses: S[]): Record<S, typeof problem> {
  return Object.fromEntries(statuses.map((status) => [status, problem])) as Record<S, typeof problem>;
}
