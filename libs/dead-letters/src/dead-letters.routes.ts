import type { Broker } from '@herald/broker';
import { Choice } from '@herald/config';
import type { Http } from '@herald/http';
import { PageQuery, pageOf, problemResponses } from '@herald/http';
import type { Log } from '@herald/log';
import { scrub } from '@herald/log';
import { Type } from 'typebox';
import { type DiscardDeps, discardRoutes } from './discard.routes.ts';
import { Matching, matches, ownerFor, Unowned } from './matching.ts';
import { type Letter, searchDeadLetters } from './search.ts';

export interface DeadLettersDeps extends DiscardDeps {
  readonly broker: Pick<Broker, 'deadLetters' | 'replayDeadLetters' | 'discardDeadLetters'>;
  /** The queues whose letters this process shows. */
  readonly queues: readonly string[];
  readonly log: Log;
}

const DeadLetterView = Type.Object({
  queue: Type.String(),
  token: Type.String({ description: 'Identifies the letter in its queue, for a replay.' }),
  id: Type.String({ description: 'The id of the envelope.' }),
  key: Type.String({ description: 'The routing key.' }),
  reason: Type.String({ description: 'Why it could not be handled.' }),
  attempts: Type.Integer(),
  publishedAt: Type.String({ format: 'date-time' }),
  diedAt: Type.String({ format: 'date-time' }),
  body: Type.Unknown({ description: 'The message.' }),
});

/**
 * `GET /v1/dead-letters`, `POST /v1/dead-letters/replay` and `…/discard`: a workspace's own letters in the
 * queues of this process.
 */
export function deadLettersRoutes(app: Http, deps: DeadLettersDeps): void {
  const { broker, queues, log } = deps;
  const queue = Type.Optional(Choice(queues, { description: 'Only this queue.' }));
  const chosen = (name: string | undefined): readonly string[] => (name === undefined ? queues : [name]);

  app.get(
    '/v1/dead-letters',
    {
      config: { scope: 'dead-letters:read', usesStore: false },
      schema: {
        tags: ['dead letters'],
        summary: 'Envelopes that could not be handled',
        description: 'A page may hold fewer than `limit` letters, even none, and still have a `nextCursor`.',
        querystring: Type.Object({
          ...PageQuery.properties,
          queue,
          ...Matching.properties,
          unowned: Unowned,
        }),
        response: { 200: pageOf(DeadLetterView), ...problemResponses(400) },
      },
    },
    async ({ principal, query }) => {
      const { letters, next } = await searchDeadLetters(broker, {
        queues: chosen(query.queue),
        workspace: ownerFor(principal, query.unowned),
        limit: query.limit ?? 50,
        cursor: query.cursor,
        wanted: matches(query),
      });
      return { items: letters.map(view), nextCursor: next };
    },
  );

  app.post(
    '/v1/dead-letters/replay',
    {
      config: { scope: 'dead-letters:write', usesStore: false },
      schema: {
        tags: ['dead letters'],
        summary: 'Puts dead letters back into their queues',
        description:
          'Replays those named by `tokens`, or the oldest. Handling is idempotent: a letter that had ' +
          'its effect before has no second one. If the answer has a `nextCursor` there may be more: ask ' +
          'again with it.',
        body: Type.Object(
          {
            queue,
            tokens: Type.Optional(
              Type.Array(Type.String({ maxLength: 512 }), { minItems: 1, maxItems: 1_000 }),
            ),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
            cursor: PageQuery.properties.cursor,
          },
          { examples: [{ limit: 100 }] },
        ),
        response: {
          200: Type.Object({ replayed: Type.Integer(), nextCursor: Type.Optional(Type.String()) }),
          ...problemResponses(400),
        },
      },
    },
    async ({ principal, body }) => {
      const tokens = body.tokens === undefined ? undefined : new Set(body.tokens);
      const { letters, next } = await searchDeadLetters(broker, {
        queues: chosen(body.queue),
        workspace: principal.workspace,
        limit: body.limit ?? tokens?.size ?? 100,
        cursor: body.cursor,
        // A token is searched only among the workspace's own letters, so it cannot name another's.
        ...(tokens !== undefined && { wanted: ({ token }: Letter) => tokens.has(token) }),
      });
      let replayed = 0;
      for (const [name, found] of Map.groupBy(letters, (letter) => letter.queue)) {
        replayed += await broker.replayDeadLetters(name, { tokens: found.map(({ token }) => token) });
      }
      log.info({ workspace: principal.workspace, keyId: principal.keyId, replayed }, 'dead letters replayed');
      return { replayed, nextCursor: next };
    },
  );

  discardRoutes(app, deps);
}

const view = ({ queue, token, id, key, reason, attempt, publishedAt, diedAt, body }: Letter) => ({
  queue,
  token,
  id,
  key,
  reason: scrub(reason),
  attempts: attempt,
  publishedAt: new Date(publishedAt).toISOString(),
  diedAt: new Date(diedAt).toISOString(),
  body,
});
