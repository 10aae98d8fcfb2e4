import { collections } from '@herald/contracts';
import { CHANNELS, MESSAGE_STATUSES } from '@herald/domain';
import { type Http, PageQuery, Problem, pageOf, problemResponses } from '@herald/http';
import type { Store } from '@herald/store';
import { Type } from 'typebox';
import { bodyOrNone } from '../body-or-none.ts';
import { queryFor } from './find.ts';
import type { Operator } from './operator.ts';
import { Message, viewMessage } from './view.ts';

const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) });
const Filter = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }));
const Query = Type.Object({
  ...PageQuery.properties,
  prospectId: Filter,
  enrollmentId: Filter,
  campaignId: Filter,
  channel: Type.Optional(Type.Enum([...CHANNELS])),
  status: Type.Optional(Type.Enum([...MESSAGE_STATUSES])),
  stepId: Filter,
});

const tags = ['messages'];
const read = { scope: 'messages:read' } as const;
const write = { scope: 'messages:write' } as const;

/** The routes that show messages and let an operator decide about those that are stuck. */
export function messageRoutes(app: Http, store: Store, operator: Operator): void {
  const messages = store.collection(collections.messages);

  app.get(
    '/v1/messages',
    {
      config: read,
      schema: {
        tags,
        summary: 'List messages, newest first: all, or by prospectId, enrollmentId, status or campaignId',
        querystring: Query,
        response: { 200: pageOf(Message), ...problemResponses(400) },
      },
    },
    async ({ principal, query }) => {
      const { limit = 50, cursor, ...filters } = query;
      const page = await messages.find({ ...queryFor(principal.workspace, filters), limit, cursor });
      return { items: page.items.map(viewMessage), nextCursor: page.next };
    },
  );

  app.get(
    '/v1/messages/:id',
    {
      config: read,
      schema: {
        tags,
        summary: 'Read a message',
        params: Id,
        response: { 200: Message, ...problemResponses(404) },
      },
    },
    async ({ principal, params }) => {
      const doc = await messages.get(principal.workspace, params.id);
      if (doc === undefined) throw new Problem(404, 'message_unknown', 'There is no such message.');
      return viewMessage(doc);
    },
  );

  const Retry = Type.Object(
    {
      mayDuplicate: Type.Optional(
        Type.Boolean({ description: 'needed for a message of unknown outcome: it may arrive twice' }),
      ),
    },
    { additionalProperties: false, examples: [{ mayDuplicate: true }] },
  );
  app.post(
    '/v1/messages/:id/retry',
    {
      config: write,
      preValidation: bodyOrNone,
      schema: {
        tags,
        summary: 'Send again a message that failed, bounced, was suppressed, expired, or is unknown',
        params: Id,
        body: Retry,
        response: { 200: Message, ...problemResponses(400, 404, 409) },
      },
    },
    async ({ principal, params, body }) =>
      viewMessage(await operator.retry(principal.workspace, params.id, body.mayDuplicate === true)),
  );

  const Resolve = Type.Object(
    {
      outcome: Type.Union([Type.Literal('sent'), Type.Literal('failed')]),
      reason: Type.String({ minLength: 1, maxLength: 300 }),
    },
    {
      additionalProperties: false,
      examples: [{ outcome: 'sent', reason: 'the provider shows it as delivered' }],
    },
  );
  app.post(
    '/v1/messages/:id/resolve',
    {
      config: write,
      schema: {
        tags,
        summary: 'Say what has become of a message of unknown outcome',
        params: Id,
        body: Resolve,
        response: { 200: Message, ...problemResponses(400, 404, 409) },
      },
    },
    async ({ principal, params, body }) =>
      viewMessage(await operator.resolve(principal.workspace, params.id, body.outcome, body.reason)),
  );
}
