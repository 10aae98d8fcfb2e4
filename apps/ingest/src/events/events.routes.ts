import { type Clock, randomId } from '@herald/domain';
import { type Fault, type Http, Problem, parseJson, problemResponses } from '@herald/http';
import { Type } from 'typebox';
import type { IngestMetrics } from '../metrics.ts';
import type { PublishEvents } from '../publish-events.ts';
import type { RateLimit } from '../rate-limit.ts';
import { countRejections } from '../rejections.ts';
import type { Countries } from '../settings/countries.ts';
import { acceptItems } from './accept.ts';
import { isBinaryMode } from './cloudevents.ts';
import { EventFields } from './event-fields.ts';
import { idFault } from './names.ts';
import { type EventsBody, MAX_ITEMS, readItems } from './read-items.ts';

const MEDIA_TYPES: Readonly<Record<string, EventsBody['kind']>> = {
  'application/json': 'json',
  'application/cloudevents+json': 'cloudevent',
  'application/cloudevents-batch+json': 'cloudevent-batch',
};

const OTHER_JSON = /^(?:application|text)\/(?:[a-z0-9!#$&^_.-]+\+)?json\s*(?:;|$)/i;
const TAKES = `This route takes ${Object.keys(MEDIA_TYPES).join(', ')}; other JSON with ce- headers.`;

const Accepted = Type.Object({
  accepted: Type.Integer({ description: 'Number of events. The same event twice in a request counts once.' }),
  ids: Type.Array(Type.String()),
});

const schema = {
  tags: ['events'],
  summary: 'Sends one event or up to 1,000',
  description:
    'All or nothing: a 400 names each bad item, and nothing is stored. A 202 means that every event is ' +
    'durable. Events without an id get one from the `Idempotency-Key` header and their place in the ' +
    'request, so that a retry is the same events; without the header, a random one. CloudEvents 1.0 are ' +
    'accepted as `application/cloudevents+json`, `application/cloudevents-batch+json` or in binary mode ' +
    '(`ce-` headers). Their `subject` (or the extension `prospectid` or `companyid`) is whom the event ' +
    'is about.',
  // For the OpenAPI document; the parsers below determine the type. Items are checked one by one, so that
  // each fault has its place.
  body: Type.Unsafe<EventsBody | undefined>(
    Type.Union([EventFields, Type.Array(EventFields, { minItems: 1, maxItems: MAX_ITEMS })], {
      examples: [{ id: 'trial-1', type: 'trial.started', prospectId: 'ada', data: { plan: 'pro' } }],
    }),
  ),
  response: { 202: Accepted, ...problemResponses(400, 429, 503) },
};

export interface EventsDeps {
  readonly clock: Clock;
  readonly metrics: IngestMetrics;
  readonly publishEvents: PublishEvents;
  readonly rateLimit: RateLimit;
  readonly countries: Countries;
}

/** `POST /v1/events`. */
export async function eventsRoutes(scope: Http, deps: EventsDeps): Promise<void> {
  const { clock, publishEvents, rateLimit, countries } = deps;
  countRejections(scope, deps.metrics, 'credential');
  scope.removeAllContentTypeParsers();
  for (const [mediaType, kind] of Object.entries(MEDIA_TYPES)) {
    scope.addContentTypeParser(mediaType, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
      body.length === 0 ? { kind } : { kind, value: parseJson(body) },
    );
  }

  // The data of a CloudEvent in binary mode has a media type of its own.
  scope.addContentTypeParser(
    OTHER_JSON,
    { parseAs: 'buffer' },
    async (request: { headers: object }, body: Buffer) => {
      if (!isBinaryMode({ ...request.headers })) throw new Problem(415, 'unsupported_media_type', TAKES);
      return body.length === 0 ? { kind: 'json' } : { kind: 'json', value: parseJson(body) };
    },
  );

  scope.post(
    '/v1/events',
    { schema, config: { scope: 'events:write', usesStore: false }, validatorCompiler: () => () => true },
    async ({ body, headers, principal: { workspace } }, reply) => {
      const read = (country?: string) => readItems(body ?? { kind: 'json' }, headers, clock, country);
      const { items, faults, count } = await countries.reading(workspace, read);
      if (faults.length > 0) throw refused(faults);
      rateLimit(workspace, count);
      const accepted = acceptItems(items, {
        workspace,
        source: 'api',
        now: clock.now(),
        newId: randomId,
        ...idempotencyKeyOf(headers['idempotency-key']),
      });
      if (accepted.faults.length > 0) throw refused(accepted.faults);
      await publishEvents(accepted.events);
      const ids = accepted.events.map(({ id }) => id);
      return reply.code(202).send({ accepted: ids.length, ids });
    },
  );
}

const refused = (errors: readonly Fault[]): Problem =>
  new Problem(400, 'invalid', 'Nothing was stored: not every event is valid.', { errors });

function idempotencyKeyOf(header: string | string[] | undefined): { idempotencyKey?: string } {
  if (header === undefined) return {};
  const wrong = typeof header === 'string' ? idFault(header) : 'must be given once';
  if (typeof header === 'string' && wrong === undefined) return { idempotencyKey: header };
  throw new Problem(400, 'invalid', `Idempotency-Key ${wrong}.`);
}
