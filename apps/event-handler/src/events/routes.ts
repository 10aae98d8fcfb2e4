import { iso, parseStream, type StoredEvent, streamOf, upcast } from '@herald/domain';
import { type Http, PageQuery, Problem, pageOf, problemResponses } from '@herald/http';
import type { ServiceDeps } from '@herald/process';
import { Type } from 'typebox';
import { parseInstant } from '../parse-instant.ts';
import { IdFilter, IdParams } from '../prospects/schemas.ts';

const Instant = Type.String({ format: 'date-time' });

const EventBody = Type.Object({
  id: Type.String(),
  type: Type.String(),
  prospectId: Type.Optional(Type.String()),
  companyId: Type.Optional(Type.String()),
  campaignId: Type.Optional(Type.String()),
  seq: Type.Integer({
    description: 'Its place in the history of its prospect, company or campaign, from 1.',
  }),
  occurredAt: Instant,
  receivedAt: Instant,
  source: Type.String(),
  data: Type.Record(Type.String(), Type.Unknown()),
  correlationId: Type.String(),
  causationId: Type.Optional(Type.String()),
  depth: Type.Integer(),
});

const EventWithRaw = Type.Object({
  ...EventBody.properties,
  raw: Type.Optional(
    Type.String({ description: 'The body as the source sent it, where a mapping was applied.' }),
  ),
});

const EventsQuery = Type.Object({
  ...PageQuery.properties,
  type: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  prospectId: Type.Optional(IdFilter),
  companyId: Type.Optional(IdFilter),
  since: Type.Optional(Type.String({ format: 'date-time', description: 'Received at or after.' })),
});

/** The routes that show the event log. */
export function eventRoutes(app: Http, { store }: Pick<ServiceDeps, 'store'>) {
  app.get(
    '/v1/events',
    {
      config: { scope: 'events:read' },
      schema: {
        tags: ['events'],
        summary: 'List the events of the log',
        description:
          'Oldest first, in the order of receipt; the events of one prospect or company in the order of ' +
          'its history. Only a single event comes with its raw body.',
        querystring: EventsQuery,
        response: { 200: pageOf(EventBody) },
      },
    },
    async ({ query, principal }) => {
      const stream = streamIn(query);
      const page = await store.log.query({
        workspace: principal.workspace,
        limit: query.limit ?? 50,
        type: query.type,
        stream,
        since: query.since === undefined ? undefined : parseInstant('since', query.since),
        cursor: query.cursor,
      });
      return { items: page.items.map((event) => viewEvent(upcast(event))), nextCursor: page.next };
    },
  );

  app.get(
    '/v1/events/:id',
    {
      config: { scope: 'events:read' },
      schema: {
        tags: ['events'],
        summary: 'Read an event with its raw body',
        params: IdParams,
        response: { 200: EventWithRaw, ...problemResponses(404) },
      },
    },
    async ({ params, principal }) => {
      const [event] = await store.log.byIds([{ workspace: principal.workspace, id: params.id }]);
      if (event === undefined) throw new Problem(404, 'event_unknown', 'No event of this id is in the log.');
      return { ...viewEvent(upcast(event)), raw: event.raw };
    },
  );
}

function streamIn({
  prospectId,
  companyId,
}: {
  prospectId?: string;
  companyId?: string;
}): string | undefined {
  if (prospectId !== undefined && companyId !== undefined) {
    throw new Problem(400, 'invalid_request', 'Ask for the events of a prospect or of a company.', {
      errors: [{ path: '/companyId', message: 'must not come with prospectId' }],
    });
  }
  if (prospectId !== undefined) return streamOf('prospect', prospectId);
  return companyId === undefined ? undefined : streamOf('company', companyId);
}

function viewEvent(event: StoredEvent) {
  const { kind, id } = parseStream(event.stream);
  return {
    id: event.id,
    type: event.type,
    ...(kind === 'prospect'
      ? { prospectId: id }
      : kind === 'company'
        ? { companyId: id }
        : { campaignId: id }),
    seq: event.seq,
    occurredAt: iso(event.occurredAt),
    receivedAt: iso(event.receivedAt),
    source: event.source,
    data: event.data,
    correlationId: event.correlationId,
    causationId: event.causationId,
    depth: event.depth,
  };
}
