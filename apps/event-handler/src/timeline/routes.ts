import { collections } from '@herald/contracts';
import { iso, type JsonObject, type StoredEvent, streamOf } from '@herald/domain';
import { type Http, PageQuery, pageOf, problemResponses } from '@herald/http';
import type { ServiceDeps } from '@herald/process';
import { Type } from 'typebox';
import { unknownProspect } from '../prospects/routes.ts';
import { IdParams } from '../prospects/schemas.ts';
import { explain } from './explain.ts';
import { readTimeline } from './timeline.ts';

const TimelineItem = Type.Object({
  at: Type.String({
    format: 'date-time',
    description: 'When it happened; for a step, in the time of its enrollment.',
  }),
  receivedAt: Type.String({ format: 'date-time' }),
  kind: Type.Union([Type.Literal('event'), Type.Literal('step'), Type.Literal('message')]),
  type: Type.String(),
  what: Type.String(),
  why: Type.String(),
  eventId: Type.String(),
  causationId: Type.Optional(Type.String()),
  campaignId: Type.Optional(Type.String()),
  enrollmentId: Type.Optional(Type.String()),
  stepId: Type.Optional(Type.String()),
  messageId: Type.Optional(Type.String()),
});

export function timelineRoutes(app: Http, { store }: Pick<ServiceDeps, 'store'>) {
  const prospects = store.collection(collections.prospects);

  app.get(
    '/v1/prospects/:id/timeline',
    {
      config: { scope: 'prospects:read' },
      schema: {
        tags: ['prospects'],
        summary: 'What happened to a prospect, and why',
        description: 'Events, campaign steps and messages in one list, oldest first.',
        params: IdParams,
        querystring: PageQuery,
        response: { 200: pageOf(TimelineItem), ...problemResponses(404) },
      },
    },
    async ({ params, query, principal }) => {
      const { workspace } = principal;
      const stream = streamOf('prospect', params.id);
      const page = await readTimeline(store.log, {
        workspace,
        stream,
        limit: query.limit ?? 50,
        cursor: query.cursor,
      });
      if (page.items.length === 0 && (await prospects.get(workspace, params.id)) === undefined)
        throw unknownProspect();
      return { items: page.items.map(viewItem), nextCursor: page.next };
    },
  );
}

function viewItem(event: StoredEvent) {
  const { kind, what, why } = explain(event);
  return {
    at: iso(event.occurredAt),
    receivedAt: iso(event.receivedAt),
    kind,
    type: event.type,
    what,
    why,
    eventId: event.id,
    causationId: event.causationId,
    ...(kind === 'event' ? {} : idsIn(event.data)),
  };
}

/** The ids by which a step or message can be looked up. */
function idsIn({ campaignId, enrollmentId, stepId, messageId }: JsonObject) {
  return {
    campaignId: text(campaignId),
    enrollmentId: text(enrollmentId),
    stepId: text(stepId),
    messageId: text(messageId),
  };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
