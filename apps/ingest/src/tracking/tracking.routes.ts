import { setTimeout as pause } from 'node:timers/promises';
import { type TrackedLink, verifyTrackedLink } from '@herald/contracts';
import { span, wall } from '@herald/domain';
import { type Http, Problem, textResponse } from '@herald/http';
import { Type } from 'typebox';
import type { CallbackDeps } from '../callbacks/deps.ts';
import { type Reported, reportEvent } from '../callbacks/report-event.ts';
import type { RateLimit } from '../rate-limit.ts';
import { unknownPage } from '../unsubscribe/page.ts';
import { plainLink } from './plain-link.ts';
import { isFetchedAhead, scannerOf, scannerOfLink } from './scanner.ts';

const SOURCE = 'tracking';
/**
 * ms of wall time in which the same link, followed again, is the same event: a double click, or a mail
 * program that draws an e-mail again.
 */
const SAME = span.MINUTE;
/** ms that a reader waits; after that the event is recorded in the background. */
const PATIENCE = 300;
/** A transparent picture of one pixel. */
const PICTURE = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

const Picture = Type.Unsafe<Buffer>({ type: 'string', format: 'binary' });

const answered = {
  'cache-control': 'no-store',
  // The link is a credential of a kind: it must not leak to the next page.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
};

interface Headers extends Readonly<Record<string, string | string[] | undefined>> {
  readonly 'user-agent'?: string | undefined;
}

export interface TrackingDeps extends CallbackDeps {
  /** Of its own, so that followed links do not use up a workspace's rate for events. */
  readonly rateLimit: RateLimit;
}

/**
 * `GET /t/<token>`: the picture that reports an open, or a click on a link, which redirects to its target and
 * nowhere else.
 */
export async function trackingRoutes(scope: Http, deps: TrackingDeps): Promise<void> {
  const { clock, log, metrics, linkSecret, publishEvents, rateLimit } = deps;
  const pending = new Set<Promise<void>>();
  const count = (result: string): void => metrics.callbacks.inc({ provider: 'herald', result });

  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers(answered);
  });
  scope.addHook('onClose', async () => {
    await Promise.allSettled(pending);
  });

  scope.get(
    '/t/*',
    {
      schema: {
        tags: ['tracking'],
        summary: 'Follows a link, or loads a picture, of an e-mail',
        // Not a named parameter: those end at the router's limit, and a token with a link exceeds it.
        params: Type.Object({ '*': Type.String({ description: 'The token of the link.' }) }),
        response: {
          200: { description: 'The picture.', content: { 'image/gif': { schema: Picture } } },
          302: Type.Null({ description: 'The target of the link.', headers: { Location: Type.String() } }),
          404: textResponse('The link is not valid.', 'text/html'),
        },
      },
    },
    async (request, reply) => {
      const token = request.params['*'];
      const link = verifyTrackedLink(token, linkSecret);
      if (link === undefined) {
        count('foreign');
        return reply.code(404).type('text/html; charset=utf-8').send(unknownPage());
      }
      // A HEAD request asks where a link goes, without going there.
      if (request.method === 'GET') await soon(record(request.headers, link, token));
      return link.target === undefined
        ? reply.type('image/gif').send(PICTURE)
        : reply.redirect(link.target, 302);
    },
  );

  /**
   * Resolves when the work is done, or when the reader has waited long enough; then it continues, and closing
   * waits for it.
   */
  const soon = async (work: Promise<void>): Promise<void> => {
    pending.add(work);
    const done = work.finally(() => pending.delete(work));
    const waiting = new AbortController();
    await Promise.race([done, pause(PATIENCE, undefined, { signal: waiting.signal })]);
    waiting.abort();
  };

  /**
   * Records what was followed. A reader is never kept from the target: what cannot be recorded now is lost,
   * and counted.
   */
  const record = async (headers: Headers, link: TrackedLink, token: string): Promise<void> => {
    const { workspace, prospectId, messageId, madeAt, target } = link;
    const now = clock.now();
    const userAgent = headers['user-agent'];
    const purpose = [headers['sec-purpose'], headers.purpose, headers['x-moz']].join(' ');
    const isPicture = target === undefined;
    const machine = isPicture && isFetchedAhead(userAgent);
    const followed = { userAgent, purpose };
    // Somebody who waits for an e-mail opens it at once, but does not follow a link in it that soon.
    const scanner = machine
      ? undefined
      : isPicture
        ? scannerOf(followed)
        : scannerOfLink(followed, madeAt, clock);
    const url = plainLink(target);
    const reported: Reported = {
      outcome: isPicture ? 'opened' : 'clicked',
      ...(url === undefined ? {} : { url }),
      ...(machine ? { machine } : {}),
      ...(scanner === undefined ? {} : { scanner }),
    };
    const kind = scanner === undefined ? (machine ? 'machine' : 'person') : 'scanner';
    const origin = { source: SOURCE, key: [token, kind, Math.floor(now / wall(clock, SAME))], at: now };
    const reference = { workspace, prospectId, messageId, channel: 'email' } as const;
    try {
      rateLimit(workspace, 1);
      await publishEvents([reportEvent(reference, reported, origin, clock)]);
      count(scanner === undefined ? 'accepted' : 'scanner');
    } catch (error) {
      if (error instanceof Problem && error.status === 429) return count('limited');
      count('lost');
      log.warn({ err: error, messageId }, 'an open or a click could not be recorded');
    }
  };
}
