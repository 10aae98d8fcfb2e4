import type { Broker } from '@herald/broker';
import { Choice } from '@herald/config';
import { collections, type DiscardDocument } from '@herald/contracts';
import type { Http } from '@herald/http';
import { PageQuery, Problem, pageOf, problemResponses } from '@herald/http';
import type { Log } from '@herald/log';
import { Type } from 'typebox';
import { createDiscard, type DiscardsDeps } from './discards.ts';
import { Matching, matches, ownerFor, Unowned } from './matching.ts';
import { type Letter, searchDeadLetters } from './search.ts';

export interface DiscardDeps extends DiscardsDeps {
  readonly broker: Pick<Broker, 'deadLetters' | 'discardDeadLetters'>;
  readonly queues: readonly string[];
  readonly log: Log;
}

const When = Type.String({ format: 'date-time' });
const Discarded = Type.Object({
  discardedAt: When,
  by: Type.String({ description: 'The id of the API key.' }),
  reason: Type.String({ description: 'Why it was discarded.' }),
  queue: Type.String(),
  token: Type.String(),
  id: Type.String({ description: 'The id of the envelope.' }),
  key: Type.String({ description: 'The routing key.' }),
  deathReason: Type.String({ description: 'Why it could not be handled.' }),
  attempts: Type.Integer(),
  publishedAt: When,
  diedAt: When,
});

/**
 * `POST /v1/dead-letters/discard`, and `GET /v1/dead-letters/discarded`: who discarded what, when and why.
 */
export function discardRoutes(app: Http, deps: DiscardDeps): void {
  const { broker, queues, log, store } = deps;
  const discard = createDiscard(deps);
  const discards = store.collection(collections.discards);
  const queue = Type.Optional(Choice(queues, { description: 'Only in this queue.' }));

  app.post(
    '/v1/dead-letters/discard',
    {
      config: { scope: 'dead-letters:write' },
      schema: {
        tags: ['dead letters'],
        summary: 'Discards dead letters for good, and keeps the reason',
        description:
          'Discards those named by `tokens`; or those that are `matching`, optionally in one `queue`; ' +
          'or, with `"all": true`, every one. Letters that die after the request began are never ' +
          'included. Each is recorded before it is removed; its body is not kept. If the answer has a ' +
          '`nextCursor` there may be more: ask again with it.',
        body: Type.Object(
          {
            reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why. It is kept.' }),
            tokens: Type.Optional(
              Type.Array(Type.String({ maxLength: 512 }), { minItems: 1, maxItems: 1_000 }),
            ),
            matching: Type.Optional(Matching),
            all: Type.Optional(Type.Literal(true)),
            queue,
            unowned: Unowned,
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 1_000 })),
            cursor: PageQuery.properties.cursor,
          },
          { examples: [{ reason: 'of a source that is gone', matching: { reason: 'unknown source' } }] },
        ),
        response: {
          200: Type.Object({ discarded: Type.Integer(), nextCursor: Type.Optional(Type.String()) }),
          ...problemResponses(400),
        },
      },
    },
    async ({ principal, body }) => {
      const began = Date.now();
      const { letters, next } = await searchDeadLetters(broker, {
        queues: body.queue === undefined ? queues : [body.queue],
        workspace: ownerFor(principal, body.unowned),
        limit: body.limit ?? 1_000,
        cursor: body.cursor,
        wanted: wantedBy(body, began),
      });
      const discarded = await discard(letters, principal, body.reason);
      const { workspace, keyId } = principal;
      log.info({ workspace, keyId, discarded, unowned: body.unowned === true }, 'dead letters discarded');
      return { discarded, nextCursor: next };
    },
  );

  app.get(
    '/v1/dead-letters/discarded',
    {
      config: { scope: 'dead-letters:read' },
      schema: {
        tags: ['dead letters'],
        summary: 'Dead letters that were discarded, newest first: by whom and why',
        querystring: PageQuery,
        response: { 200: pageOf(Discarded), ...problemResponses(400) },
      },
    },
    async ({ principal, query: { limit = 50, cursor } }) => {
      const equals = [principal.workspace];
      const page = await discards.find({ index: 'byTime', equals, reverse: true, limit, cursor });
      return {
        items: page.items.filter(({ letter }) => queues.includes(letter.queue)).map(view),
        nextCursor: page.next,
      };
    },
  );
}

interface Selection {
  readonly tokens?: readonly string[];
  readonly matching?: { readonly reason?: string; readonly key?: string };
  readonly all?: true;
}

/** Nothing is discarded because something was left out: exactly one of the three must be given. */
function wantedBy({ tokens, matching, all }: Selection, began: number): (letter: Letter) => boolean {
  const given = [tokens, matching, all].filter((one) => one !== undefined);
  if (given.length !== 1 || (matching !== undefined && Object.keys(matching).length === 0))
    throw new Problem(
      400,
      'invalid_body',
      'Say which: by `tokens`, by `matching` (a reason or a key), or with `"all": true`.',
      {
        errors: [{ path: '', message: 'needs exactly one of tokens, matching and all' }],
      },
    );
  if (tokens !== undefined) {
    const named = new Set(tokens);
    return ({ token }) => named.has(token);
  }
  const fits = matching === undefined ? () => true : matches(matching);
  return (letter) => letter.diedAt <= began && fits(letter);
}

const iso = (instant: number): string => new Date(instant).toISOString();

const view = ({ discardedAt, by, reason, letter }: DiscardDocument) => ({
  discardedAt: iso(discardedAt),
  by,
  reason,
  queue: letter.queue,
  token: letter.token,
  id: letter.id,
  key: letter.key,
  deathReason: letter.reason,
  attempts: letter.attempts,
  publishedAt: iso(letter.publishedAt),
  diedAt: iso(letter.diedAt),
});
