import { problemResponses, textResponse } from '@herald/http';
import { Type } from 'typebox';

const params = Type.Object({
  workspace: Type.String({ examples: ['demo'] }),
  source: Type.String({ examples: ['shop'] }),
});

const sent = { status: 'placed', customer: { id: 'ada' }, total: 24 };
/** What a webhook may be, for the OpenAPI document only: every body is read as bytes. */
export const documentedBody = {
  'application/json': Type.Unknown({ description: 'Whatever the source sends.', examples: [sent] }),
  'application/x-www-form-urlencoded': Type.Object(
    {},
    {
      additionalProperties: true,
      description: 'A form. JSON in its only field `payload` is read as the body.',
      examples: [{ payload: JSON.stringify(sent) }],
    },
  ),
};

/** Of a request that a sender makes before it sends webhooks. */
export const asking = {
  tags: ['hooks'],
  summary: 'Answers a sender that asks before it sends',
  description:
    'The handshake of the source: the answer is the challenge as text, or a header with the origin that ' +
    'may send. A 401 means an unknown source, one without such a handshake, or a wrong token.',
  params,
  response: {
    200: textResponse('The answer.', 'text/plain', 'application/json'),
    ...problemResponses(400, 401, 503),
  },
};

/** Of a webhook. */
export const receiving = {
  tags: ['hooks'],
  summary: 'Receives a webhook of a source',
  description:
    'Verified over the raw body by the source’s scheme, then mapped to an event, or by `each` to a list ' +
    'of events: all or none. A 401 means an unknown source, or an invalid signature, token or ' +
    'timestamp; the answer does not say which.',
  params,
  response: {
    200: textResponse('The answer to a handshake.', 'text/plain', 'application/json'),
    202: Type.Object({
      accepted: Type.Integer({
        description: 'Number of events. The same event twice in a webhook counts once.',
      }),
      ids: Type.Optional(
        Type.Array(Type.String(), { description: 'Ids of the events, in the order of the webhook.' }),
      ),
      skipped: Type.Optional(Type.Boolean({ description: 'True if the source skips the whole webhook.' })),
    }),
    ...problemResponses(400, 401, 415, 422, 429, 503),
  },
};
