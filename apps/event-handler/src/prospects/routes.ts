import { collections, eventsMessages } from '@herald/contracts';
import { deriveId, type Event, newEvent, streamOf } from '@herald/domain';
import { type Http, PageQuery, Problem, pageOf, problemResponses } from '@herald/http';
import type { ServiceDeps } from '@herald/process';
import { Type } from 'typebox';
import { parseInstant } from '../parse-instant.ts';
import { prospectAsOf } from './as-of.ts';
import { IdParams, ProspectBody, viewProspect } from './schemas.ts';

const tags = ['prospects'];

export const unknownProspect = () =>
  new Problem(404, 'prospect_unknown', 'No event of this prospect is known.');

/** The routes of prospects: their state now, their state at a past instant, and erasure. */
export function prospectRoutes(
  app: Http,
  { store, broker, clock }: Pick<ServiceDeps, 'store' | 'broker' | 'clock'>,
) {
  const prospects = store.collection(collections.prospects);

  app.get(
    '/v1/prospects',
    {
      config: { scope: 'prospects:read' },
      schema: {
        tags,
        summary: 'List prospects',
        description: 'Last seen first.',
        querystring: PageQuery,
        response: { 200: pageOf(ProspectBody) },
      },
    },
    async ({ query, principal }) => {
      const page = await prospects.find({
        index: 'bySeen',
        equals: [principal.workspace],
        reverse: true,
        limit: query.limit ?? 50,
        cursor: query.cursor,
      });
      return { items: page.items.map((doc) => viewProspect(doc.state)), nextCursor: page.next };
    },
  );

  app.get(
    '/v1/prospects/:id',
    {
      config: { scope: 'prospects:read' },
      schema: {
        tags,
        summary: 'Read a prospect, now or at a past instant',
        description:
          'With `at`, the prospect as it was known then: from the events received by that instant. ' +
          'Arrivals after it change nothing.',
        params: IdParams,
        querystring: Type.Object({ at: Type.Optional(Type.String({ format: 'date-time' })) }),
        response: { 200: ProspectBody, ...problemResponses(404) },
      },
    },
    async ({ params, query, principal }) => {
      const { workspace } = principal;
      const state =
        query.at === undefined
          ? (await prospects.get(workspace, params.id))?.state
          : await prospectAsOf(store.log, workspace, params.id, parseInstant('at', query.at));
      if (state === undefined) throw unknownProspect();
      return viewProspect(state);
    },
  );

  app.delete(
    '/v1/prospects/:id',
    {
      config: { scope: 'prospects:erase' },
      schema: {
        tags,
        summary: 'Erase a prospect',
        description:
          'Removes personal data from the log and everything made from it; a tombstone stays. 202: it is ' +
          'certain to happen, within moments. Another request changes nothing.',
        params: IdParams,
        response: {
          202: Type.Object({ eventId: Type.String({ description: 'Of the `prospect.erased` event.' }) }),
          ...problemResponses(404, 503),
        },
      },
    },
    async ({ params, principal }, reply) => {
      const { workspace } = principal;
      const doc = await prospects.get(workspace, params.id);
      if (doc === undefined) throw unknownProspect();
      const event = erasure(workspace, params.id, doc.state.erasedAt ?? 0, clock.now());
      await broker.publish(eventsMessages([event])).catch((cause: unknown) => {
        const detail = 'The broker did not confirm the erasure. Ask again.';
        throw new Problem(503, 'not_confirmed', detail, { retryAfter: 5, cause });
      });
      return reply.status(202).send({ eventId: event.id });
    },
  );
}

/**
 * Two requests before an erasure has happened are one event; after it, a new request erases what came since.
 */
function erasure(workspace: string, prospectId: string, lastErasedAt: number, now: number): Event {
  const id = deriveId('erase', workspace, prospectId, lastErasedAt);
  return newEvent({
    workspace,
    id,
    stream: streamOf('prospect', prospectId),
    type: 'prospect.erased',
    occurredAt: now,
    receivedAt: now,
    source: 'api',
    // Empty: enrollments remember the data of events they see, and here must be nothing to remember.
    data: {},
  });
}
