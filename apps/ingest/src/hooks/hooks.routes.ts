import type { SourceDocument, SourceVerify } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import {
  type Http,
  type Log,
  type Metrics,
  Problem,
  problemResponses,
  type Secrets,
  textResponse,
} from '@herald/service';
import { Type } from 'typebox';
import type { PublishEvents } from '../publish-events.ts';
import type { RateLimit } from '../rate-limit.ts';
import { countRejections } from '../rejections.ts';
import type { Countries } from '../settings/countries.ts';
import type { Source } from '../sources/definition.ts';
import type { SourceMemory } from '../sources/source-memory.ts';
import { type HandshakeRequest, handshakeOf, openHandshake, provenHandshake } from './handshakes.ts';
import { type HookBody, readHookBody } from './hook-body.ts';
import { type Hook, type HookEvents, hookEvents } from './hook-events.ts';
import { isAuthentic, isSecretHeader, pretendToVerify, type RawRequest, secretsOf } from './signatures.ts';
import type { Sns } from './sns/sns.ts';

/** bytes */
const BODY_LIMIT = 1024 * 1024;
/** s */
const RETRY_AFTER = 5;

const params = Type.Object({
  workspace: Type.String({ examples: ['demo'] }),
  source: Type.String({ examples: ['shop'] }),
});

const sent = { status: 'placed', customer: { id: 'ada' }, total: 24 };
const documentedBody = {
  'application/json': Type.Unknown({ description: 'Whatever the source sends.', examples: [sent] }),
  'application/x-www-form-urlencoded': Type.Object(
    {},
    {
      additionalProperties: true,
      description: 'A form; JSON in its only field `payload` is read as the body.',
      examples: [{ payload: JSON.stringify(sent) }],
    },
  ),
};

const asking = {
  tags: ['hooks'],
  summary: 'Answer a sender that asks before it sends',
  description:
    'The handshake of the source: a challenge comes back as text, or the origin that may send as a header. A 401 is an unknown source, one without such a handshake, or a token that is wrong.',
  params,
  response: {
    200: textResponse('The answer.', 'text/plain', 'application/json'),
    ...problemResponses(400, 401, 503),
  },
};

const schema = {
  tags: ['hooks'],
  summary: 'Receive a webhook of a source',
  description:
    'Verified over the raw body by the source’s scheme, then mapped to an event, or by `each` to a list of them: all or none. A 401 is an unknown source or a signature, token or timestamp that does not hold; which, is not told.',
  params,
  response: {
    200: textResponse('The answer to a handshake.', 'text/plain', 'application/json'),
    202: Type.Object({
      accepted: Type.Integer({ description: 'How many events; the same event twice in a webhook is one.' }),
      ids: Type.Optional(
        Type.Array(Type.String(), { description: 'Of the events, in the order of the webhook.' }),
      ),
      skipped: Type.Optional(Type.Boolean({ description: 'Where the source skips all of the webhook.' })),
    }),
    ...problemResponses(400, 401, 413, 415, 422, 429, 503),
  },
};

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
  readonly metrics: Metrics;
  readonly publishEvents: PublishEvents;
  readonly rateLimit: RateLimit;
  /** Without a slash at its end. */
  readonly publicUrl: string;
}

/** `POST /hooks/:workspace/:source`: public, for the source proves itself. */
export async function hooksRoutes(scope: Http, deps: HooksDeps): Promise<void> {
  const { memory, countries, secrets, sns, clock, log, publicUrl, metrics, publishEvents, rateLimit } = deps;
  countRejections(scope, metrics, 'signature');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);

  scope.post(
    '/hooks/:workspace/:source',
    { schema, config: { documentedBody }, bodyLimit: BODY_LIMIT },
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
      url: `${publicUrl}${request.url}`,
    },
    query: singleValues(request.query),
  });

  /** What a sender is answered that asks before it can prove anything; undefined for a webhook, and for who may not ask. */
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

  /** The source that sent this. Unknown and not proven are one answer and cost the same: nobody can list sources by asking. */
  const authenticate = async (workspace: string, id: string, request: RawRequest): Promise<Source> => {
    const source = memory.find(workspace, id);
    if (source === undefined) {
      pretendToVerify(request);
      throw unauthorized();
    }
    const { verify } = source.doc;
    const authentic =
      verify.scheme === 'sns'
        ? await isFromSns(verify, request)
        : isAuthentic(verify, secretsFor(source.doc), request, clock);
    if (!authentic) throw unauthorized();
    return source;
  };

  /** The proof of SNS is in its body. One that cannot be read proves nothing, and costs what an unknown source costs. */
  const isFromSns = async (verify: SourceVerify, request: RawRequest): Promise<boolean> => {
    pretendToVerify(request);
    try {
      return await sns.isAuthentic(verify, bodyOf(request).value);
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return false;
      throw error;
    }
  };

  const secretsFor = ({ workspace, id, verify }: SourceDocument, name = verify.secret): string[] => {
    if (name === undefined) return [];
    const values = secretsOf(secrets.read(workspace, name) ?? '');
    if (values.length > 0) return values;
    // Our own fault, which the sender must not take for a refusal: most senders give up on a 4xx.
    const cause = new Error(`the secret ${name} of the source ${workspace}/${id} is missing or empty`);
    throw new Problem(503, 'not_configured', 'This source cannot be verified now.', {
      retryAfter: 60,
      lasting: true,
      cause,
    });
  };

  const mapped = async (hook: Hook): Promise<HookEvents> => {
    const { workspace, id } = hook.source.doc;
    const country = countries.of(workspace);
    try {
      try {
        // One was counted when the source had proved itself.
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

const bodyOf = ({ body, headers }: RawRequest): HookBody => readHookBody(body, headers['content-type']);

const unauthorized = (): Problem =>
  new Problem(
    401,
    'unauthorized',
    'There is no such source, or the webhook does not prove that it is from it.',
    // Some senders show their credentials only to who asks for them.
    { headers: { 'www-authenticate': 'Basic realm="webhooks", Bearer realm="webhooks"' } },
  );

/** The first of a repeated query parameter; Node has already joined repeated headers. */
function singleValues(values: unknown): Record<string, string> {
  const single: [string, string][] = [];
  for (const [name, value] of Object.entries(values ?? {})) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string') single.push([name, first]);
  }
  return Object.fromEntries(single);
}

/** The headers an expression may see: what proves the sender must never become part of an event. */
const shownHeaders = ({ headers }: RawRequest, { doc }: Source): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !isSecretHeader(doc.verify, entry[0]),
    ),
  );
