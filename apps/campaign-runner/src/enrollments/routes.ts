import { collections, type EnrollmentDocument } from '@herald/contracts';
import { happenedAt, iso } from '@herald/domain';
import { type Http, PageQuery, Problem, pageOf, problemResponses } from '@herald/http';
import type { Scalar, Store } from '@herald/store';
import { Type } from 'typebox';

const When = Type.String({ format: 'date-time' });

const Enrollment = Type.Object({
  id: Type.String(),
  campaignId: Type.String(),
  campaignVersion: Type.Integer(),
  prospectId: Type.String(),
  status: Type.String(),
  enteredAt: When,
  entryEventId: Type.String(),
  stepId: Type.Union([Type.String(), Type.Null()], { description: 'where it waits, or the last step done' }),
  dueAt: Type.Optional(When),
  endedAt: Type.Optional(When),
  reason: Type.Optional(Type.String()),
  steps: Type.Record(
    Type.String(),
    Type.Object({
      at: When,
      outcome: Type.String(),
      branch: Type.Optional(Type.String()),
      messageId: Type.Optional(Type.String()),
    }),
  ),
});

const Query = Type.Object({
  ...PageQuery.properties,
  campaignId: Type.Optional(Type.String({ maxLength: 63 })),
  prospectId: Type.Optional(Type.String({ maxLength: 200 })),
  status: Type.Optional(Type.Enum(['active', 'completed', 'exited', 'failed'])),
});

function view({ id, state }: EnrollmentDocument) {
  const steps = Object.entries(state.steps).map(([stepId, { at, outcome, branch, messageId }]) => [
    stepId,
    { at: iso(at), outcome, branch, messageId },
  ]);
  return {
    id,
    campaignId: state.campaignId,
    campaignVersion: state.campaignVersion,
    prospectId: state.prospectId,
    status: state.status,
    enteredAt: iso(happenedAt(state.entry)),
    entryEventId: state.entry.id,
    stepId: state.stepId,
    dueAt: state.wait?.dueAt == null ? undefined : iso(state.wait.dueAt),
    endedAt: state.endedAt === undefined ? undefined : iso(state.endedAt),
    reason: state.reason,
    steps: Object.fromEntries(steps),
  };
}

/** The index that serves a combination of filters. */
function plan(
  workspace: string,
  query: { campaignId?: string; prospectId?: string; status?: string },
): {
  index: string;
  equals: Scalar[];
} {
  const { campaignId, prospectId, status } = query;
  if (prospectId !== undefined && status === undefined) {
    return {
      index: 'byProspect',
      equals: [workspace, prospectId, ...(campaignId === undefined ? [] : [campaignId])],
    };
  }
  if (prospectId === undefined && campaignId !== undefined) {
    return {
      index: 'byCampaign',
      equals: [workspace, campaignId, ...(status === undefined ? [] : [status])],
    };
  }
  if (prospectId === undefined && campaignId === undefined) {
    return { index: 'byStatus', equals: [workspace, ...(status === undefined ? [] : [status])] };
  }
  throw new Problem(
    400,
    'filters_not_served',
    'Enrollments can be listed by prospectId (then campaignId), by campaignId (then status), by ' +
      'status, or all.',
    { errors: [{ path: '/status', message: 'cannot be combined with prospectId' }] },
  );
}

/** The routes that show enrollments. */
export function enrollmentRoutes(app: Http, store: Store): void {
  const enrollments = store.collection(collections.enrollments);
  const config = { scope: 'enrollments:read' } as const;
  const tags = ['enrollments'];

  app.get(
    '/v1/enrollments',
    {
      config,
      schema: {
        tags,
        summary: 'List enrollments',
        querystring: Query,
        response: { 200: pageOf(Enrollment), ...problemResponses(400) },
      },
    },
    async ({ principal, query }) => {
      const { limit = 50, cursor } = query;
      const page = await enrollments.find({ ...plan(principal.workspace, query), limit, cursor });
      return { items: page.items.map(view), nextCursor: page.next };
    },
  );

  app.get(
    '/v1/enrollments/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Read an enrollment',
        params: Type.Object({ id: Type.String({ maxLength: 200 }) }),
        response: { 200: Enrollment, ...problemResponses(404) },
      },
    },
    async ({ principal, params }) => {
      const doc = await enrollments.get(principal.workspace, params.id);
      if (doc === undefined)
        throw new Problem(404, 'enrollment_unknown', `there is no enrollment "${params.id}"`);
      return view(doc);
    },
  );
}
