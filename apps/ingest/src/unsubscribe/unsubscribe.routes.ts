import { type UnsubscribeClaim, verifyUnsubscribe } from '@herald/contracts';
import {
  type Clock,
  deriveId,
  type Event,
  type JsonObject,
  newEvent,
  span,
  streamOf,
  wall,
} from '@herald/domain';
import { type Http, Problem, problemResponses, textResponse } from '@herald/http';
import { Type } from 'typebox';
import type { PublishEvents } from '../publish-events.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { ReadChoices } from './choices.ts';
import {
  askPage,
  type Choice,
  choicesPage,
  donePage,
  laterPage,
  PAGE_FIELD,
  savedPage,
  topicDonePage,
  unknownPage,
} from './page.ts';

/** bytes. The body of a one-click request has 26; a form with fifty topics has under 8,000. */
const BODY_LIMIT = 8 * 1024;
/** ms of wall time in which the same link, used again, is the same event. */
const SAME_CLICK = span.MINUTE;
/**
 * ms of wall time in which the same button, pressed again, is the same event. Short: people change their
 * minds, and back.
 */
const SAME_PRESS = 2 * span.SECOND;

/** s until a retry while topics cannot be read. */
const RETRY_AFTER = 5;

const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; " +
    "base-uri 'none'",
  // The link is a credential: it must not leak to the next page.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
  'content-type': 'text/html; charset=utf-8',
};

const page = (description: string) => textResponse(description, 'text/html');
const problems = problemResponses(429, 503);
/** This route's refusals are pages; those before the handler are problems. */
const refusals = {
  429: { ...problems[429], ...page('A page that asks to try again after Retry-After.') },
  503: { ...problems[503], content: { ...problems[503].content, ...page('').content } },
};

const documentedBody = {
  'application/x-www-form-urlencoded': Type.Object(
    {},
    {
      additionalProperties: true,
      description: 'What a mail program sends (RFC 8058), or the form of the page.',
      examples: [{ 'List-Unsubscribe': 'One-Click' }],
    },
  ),
};

const schema = {
  tags: ['unsubscribe'],
  response: { 200: page('The page.'), 404: page('The link is not valid.') },
  // Not a named parameter: those end at the router's limit, and a token with a long id exceeds it.
  params: Type.Object({ '*': Type.String({ description: 'The token of the link.' }) }),
};

export interface UnsubscribeDeps {
  readonly clock: Clock;
  readonly linkSecret: string;
  readonly publishEvents: PublishEvents;
  readonly readChoices: ReadChoices;
  /** Of its own: what else a workspace sends must not keep people from unsubscribing. */
  readonly rateLimit: RateLimit;
}

/**
 * `GET /u/:token` shows the page, `POST /u/:token` unsubscribes (RFC 8058): mail scanners follow links, so
 * only a POST has an effect.
 */
export async function unsubscribeRoutes(scope: Http, deps: UnsubscribeDeps): Promise<void> {
  const { clock, linkSecret, publishEvents, readChoices, rateLimit } = deps;
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body);

  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });

  scope.get('/u/*', { schema: { ...schema, summary: 'The unsubscribe page' } }, async (request, reply) => {
    const claim = verifyUnsubscribe(request.params['*'], linkSecret);
    if (claim === undefined) return reply.code(404).send(unknownPage());
    return reply.send(pageOf(claim, (await readChoices(claim)) ?? []));
  });

  scope.post(
    '/u/*',
    {
      schema: {
        ...schema,
        response: { ...schema.response, ...refusals },
        summary: 'Unsubscribe',
        description:
          'One-click (RFC 8058): any body or none, no login. Unsubscribes from the topic of the ' +
          'message, or from its channel; the form of the page says which.',
      },
      config: { documentedBody },
      bodyLimit: BODY_LIMIT,
    },
    async (request, reply) => {
      const token = request.params['*'];
      const claim = verifyUnsubscribe(token, linkSecret);
      if (claim === undefined) return reply.code(404).send(unknownPage());
      const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
      const known = form.get(PAGE_FIELD) === 'choices' ? await readChoices(claim) : [];
      // The topics cannot be read now, and whoever has the link could make up any.
      if (known === undefined) return reply.code(503).header('retry-after', RETRY_AFTER).send(laterPage());
      const asked = readAsked(form, claim, known);
      // None of the shown topics exists any more: the page shows the current ones.
      if (asked.kind === 'choices' && asked.chosen.size === 0) return reply.send(pageOf(claim, known));
      const events = eventsOf(asked, claim, token, clock);
      try {
        rateLimit(claim.workspace, events.length);
        await publishEvents(events);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.status > 499) request.log.error({ err: error.cause, code: error.code }, 'request failed');
        return reply.code(error.status).header('retry-after', error.retryAfter).send(laterPage());
      }
      if (asked.kind === 'choices') return reply.send(savedPage());
      const { topic } = asked;
      if (topic === undefined) return reply.send(donePage(claim.channel));
      const choices = await readChoices(claim);
      return reply.send(topicDonePage(choices?.find(({ id }) => id === topic)?.name ?? topic));
    },
  );
}

/** The request of a POST. */
type Asked =
  | { readonly kind: 'unsubscribe'; readonly reason: 'one-click' | 'page'; readonly topic?: string }
  | { readonly kind: 'choices'; readonly chosen: ReadonlyMap<string, boolean> };

/**
 * The page's forms identify themselves; anything else is a mail program's one click, whatever it sends. Only
 * `known` topics can be chosen.
 */
function readAsked(form: URLSearchParams, { topic }: UnsubscribeClaim, known: readonly Choice[]): Asked {
  const from = form.get(PAGE_FIELD);
  if (from === 'page') return { kind: 'unsubscribe', reason: 'page' };
  if (from !== 'choices')
    return { kind: 'unsubscribe', reason: 'one-click', ...(topic === undefined ? {} : { topic }) };
  const ticked = new Set(form.getAll('topic'));
  const shown = new Set(form.getAll('shown'));
  const chosen = known.filter(({ id }) => shown.has(id)).map(({ id }) => [id, ticked.has(id)] as const);
  return { kind: 'choices', chosen: new Map(chosen) };
}

const pageOf = ({ channel }: UnsubscribeClaim, choices: readonly Choice[]): string =>
  choices.length === 0 ? askPage(channel) : choicesPage(channel, choices);

function eventsOf(asked: Asked, claim: UnsubscribeClaim, token: string, clock: Clock): Event[] {
  const { channel } = claim;
  // A retry, or a button pressed twice, is one event. A click months later is not: whoever subscribed again
  // in between must be unsubscribed again by the same link, so the id does not come from the token alone.
  const within = (ms: number): number => Math.floor(clock.now() / wall(clock, ms));
  if (asked.kind === 'choices')
    return [...asked.chosen].map(([topic, wanted]) => {
      const key = ['choice', token, topic, String(wanted), within(SAME_PRESS)];
      return consentEvent(wanted, { channel, topic, reason: 'page' }, claim, key, clock);
    });
  const { reason, topic } = asked;
  const data = { channel, reason, ...(topic === undefined ? {} : { topic }) };
  const when = within(reason === 'page' ? SAME_PRESS : SAME_CLICK);
  return [consentEvent(false, data, claim, ['unsubscribe', token, reason, when], clock)];
}

function consentEvent(
  wanted: boolean,
  data: JsonObject,
  { workspace, prospectId, messageId }: UnsubscribeClaim,
  key: readonly (string | number)[],
  clock: Clock,
): Event {
  const now = clock.now();
  const id = deriveId(...key);
  return newEvent({
    workspace,
    id,
    stream: streamOf('prospect', prospectId),
    type: wanted ? 'prospect.subscribed' : 'prospect.unsubscribed',
    occurredAt: now,
    receivedAt: now,
    source: 'unsubscribe',
    data: { ...data, messageId },
  });
}
