import { type UnsubscribeClaim, verifyUnsubscribe } from '@herald/contracts';
import { type Clock, deriveId, EVENT_SCHEMA, type Event, span, streamOf, wall } from '@herald/domain';
import { type Http, Problem } from '@herald/service';
import { Type } from 'typebox';
import type { PublishEvents } from '../publish-events.ts';
import { askPage, donePage, laterPage, PAGE_FIELD, unknownPage } from './page.ts';

/** bytes; the body of a one-click request is 26 */
const BODY_LIMIT = 4 * 1024;
/** ms of wall time in which the same link, used again, is the same event. */
const SAME_CLICK = span.MINUTE;

const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  // The link is a credential: it must not leak to where the reader goes next.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
  'content-type': 'text/html; charset=utf-8',
};

const schema = {
  tags: ['unsubscribe'],
  // Not a named parameter: those end at the router's limit, and a token with a long id in it does not.
  params: Type.Object({ '*': Type.String({ description: 'The token of the link.' }) }),
};

export interface UnsubscribeDeps {
  readonly clock: Clock;
  readonly linkSecret: string;
  readonly publishEvents: PublishEvents;
}

/** `GET /u/:token` asks, `POST /u/:token` does (RFC 8058): mail scanners follow links, so only a POST has an effect. */
export async function unsubscribeRoutes(scope: Http, deps: UnsubscribeDeps): Promise<void> {
  const { clock, linkSecret, publishEvents } = deps;
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body);

  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });

  scope.get('/u/*', { schema: { ...schema, summary: 'The unsubscribe page' } }, async (request, reply) => {
    const claim = verifyUnsubscribe(request.params['*'], linkSecret);
    return claim === undefined ? reply.code(404).send(unknownPage()) : reply.send(askPage(claim.channel));
  });

  scope.post(
    '/u/*',
    {
      schema: {
        ...schema,
        summary: 'Unsubscribe',
        description: 'One-click (RFC 8058): any body or none, no login.',
      },
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      const token = request.params['*'];
      const claim = verifyUnsubscribe(token, linkSecret);
      if (claim === undefined) return reply.code(404).send(unknownPage());
      const reason = isFromPage(request.body) ? 'page' : 'one-click';
      try {
        await publishEvents([unsubscribed(claim, token, reason, clock)]);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        request.log.error({ err: error.cause, code: error.code }, 'request failed');
        return reply.code(error.status).header('retry-after', error.retryAfter).send(laterPage());
      }
      return reply.send(donePage(claim.channel));
    },
  );
}

const isFromPage = (body: unknown): boolean =>
  typeof body === 'string' && new URLSearchParams(body).get(PAGE_FIELD) === 'page';

/**
 * A double click and a mail program's retry are one event. Not so a click months later: whoever subscribed again in between must be
 * unsubscribed again by the same link, so the id is not of the token alone.
 */
function unsubscribed(
  { workspace, prospectId, channel, messageId }: UnsubscribeClaim,
  token: string,
  reason: 'one-click' | 'page',
  clock: Clock,
): Event {
  const now = clock.now();
  const id = deriveId('unsubscribe', token, Math.floor(now / wall(clock, SAME_CLICK)));
  return {
    workspace,
    id,
    stream: streamOf('prospect', prospectId),
    type: 'prospect.unsubscribed',
    occurredAt: now,
    receivedAt: now,
    source: 'unsubscribe',
    data: { channel, reason, messageId },
    schema: EVENT_SCHEMA,
    correlationId: id,
    depth: 0,
  };
}
