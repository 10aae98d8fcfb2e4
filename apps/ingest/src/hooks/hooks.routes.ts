import type { Secrets } from '@herald/config';
import { publicLink } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { type Http, Problem } from '@herald/http';
import type { Log } from '@herald/log';
import type { IngestMetrics } from '../metrics.ts';
import type { PublishEvents } from '../publish-events.ts';
import type { RateLimit } from '../rate-limit.ts';
import { countRejections } from '../rejections.ts';
import type { Countries } from '../settings/countries.ts';
import { isSecretHeader } from '../signatures/authentic.ts';
import type { RawRequest } from '../signatures/raw-request.ts';
import type { Sns } from '../signatures/sns/sns.ts';
import type { Source } from '../sources/definition.ts';
import type { SourceMemory } from '../sources/source-memory.ts';
import { type HandshakeRequest, handshakeOf, openHandshake, provenHandshake } from './handshakes.ts';
import { type Hook, type HookEvents, hookEvents } from './hook-events.ts';
import { asking, documentedBody, receiving } from './hooks.schemas.ts';
import { bodyOf, createSourceProof, unauthorized } from './source-proof.ts';

/** bytes */
const BODY_LIMIT = 1024 * 1024;
/** s */
const RETRY_AFTER = 5;

/** What every route here reads of a request. */
interface HookRequest {
  readonly method: string;
  readonly url: string;
  readonly params: { readonly workspace: string; readonly source: string };
  readonly headers: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface HooksDeps {
  readonly memory: SourceMemory;
  readonly countries: Pick<Countries, 'of' | 'isOutdated'>;
  readonly secrets: Secrets;
  readonly sns: Sns;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: IngestMetrics;
  readonly publishEvents: PublishEvents;
  readonly rateLimit: RateLimit;
  /** Public address of the API. */
  readonly publicUrl: string;
}

/** `POST /hooks/:workspace/:source`: public, because the source proves itself. */
export async function hooksRoutes(scope: Http, deps: HooksDeps): Promise<void> {
  const { memory, countries, sns, clock, log, publicUrl, metrics, publishEvents, rateLimit } = deps;
  const { authenticate, secretsFor } = createSourceProof(deps);
  countRejections(scope, metrics, 'signature');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);

  scope.post(
    '/hooks/:workspace/:source',
    { schema: receiving, config: { documentedBody }, bodyLimit: BODY_LIMIT },
    async (request, reply) => {
      const { workspace, source: id } = request.params;
      const given = read(request);
      const asked = ask(workspace, id, given);
      if (asked !== undefined)
        return reply.code(200).headers(asked.headers).type(asked.type).send(asked.text);
      const source = await authenticate(workspace, id, given.request);
      rateLimit(workspace, 1);
      const body = bodyOf(given.request);
      if (source.doc.verify.scheme === 'sns' && (await sns.handshake(body.value, source.doc)))
        return reply.code(200).type('text/plain; charset=utf-8').send('');
      const handshake = handshakeOf(source.doc);
      const proven =
        handshake &&
        provenHandshake(handshake, body.value, { ...given, secrets: () => secretsFor(source.doc) });
      if (proven !== undefined)
        return reply.code(200).headers(proven.headers).type(proven.type).send(proven.text);
      const context = {
        body: body.value,
        headers: shownHeaders(given.request, source),
        query: given.query,
      };
      const { events, skipped } = await mapped({ source, request: given.request, body, context });
      if (events.length > 0) await publishEvents(events);
      const ids = events.map((event) => event.id);
      return reply.code(202).send(skipped ? { accepted: 0, skipped } : { accepted: ids.length, ids });
    },
  );

  for (const method of ['GET', 'OPTIONS'] as const) {
    scope.route({
      method,
      url: '/hooks/:workspace/:source',
      schema: asking,
      async handler(request, reply) {
        const { workspace, source } = request.params;
        const asked = ask(workspace, source, read(request));
        if (asked === undefined) throw unauthorized();
        return reply.code(200).headers(asked.headers).type(asked.type).send(asked.text);
      },
    });
  }

  const read = (request: HookRequest): Omit<HandshakeRequest, 'secrets'> => ({
    request: {
      method: request.method,
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      headers: singleValues(request.headers),
      url: publicLink(publicUrl, request.url),
    },
    query: singleValues(request.query),
  });

  /**
   * The answer to a sender that asks before it can prove anything. Undefined for a webhook, and for a sender
   * that may not ask.
   */
  const ask = (workspace: string, id: string, given: Omit<HandshakeRequest, 'secrets'>) => {
    ready();
    const doc = memory.find(workspace, id)?.doc;
    const handshake = doc && handshakeOf(doc);
    if (doc === undefined || handshake === undefined) return undefined;
    return openHandshake(handshake, { ...given, secrets: () => secretsFor(doc, handshake.secret) });
  };

  const ready = (): void => {
    if (!memory.isHydrated())
      throw new Problem(503, 'starting', 'Not ready yet.', { retryAfter: RETRY_AFTER, lasting: true });
  };

  const mapped = async (hook: Hook): Promise<HookEvents> => {
    const { workspace, id } = hook.source.doc;
    const country = countries.of(workspace);
    try {
      try {
        // One event was counted when the source was verified.
        const onCount = (items: number) => rateLimit(workspace, Math.max(0, items - 1));
        return await hookEvents(hook, { clock, country, onCount });
      } catch (error) {
        const faults = error instanceof Problem ? (error.errors ?? []) : [];
        if (!(await countries.isOutdated(workspace, country, faults))) throw error;
        return await hookEvents(hook, { clock, country: countries.of(workspace), onCount: () => {} });
      }
    } catch (error) {
      if (error instanceof Problem && error.status === 422) {
        // Paths only: the messages may quote what the sender sent.
        const at = error.errors?.map(({ path }) => path);
        log.warn({ workspace, source: id, at }, 'a webhook could not be mapped');
      }
      throw error;
    }
  };
}

/** The first of a repeated query parameter; Node has joined repeated headers already. */
function singleValues(values: unknown): Record<string, string> {
  const single: [string, string][] = [];
  for (const [name, value] of Object.entries(values ?? {})) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string') single.push([name, first]);
  }
  return Object.fromEntries(single);
}

/** The headers that an expression may see: what proves the sender must never become part of an event. */
const shownHeaders = ({ headers }: RawRequest, { doc }: Source): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !isSecretHeader(doc.verify, entry[0]),
    ),
  );
