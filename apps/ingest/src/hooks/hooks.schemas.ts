import { problemResponses, textResponse } from '@herald/http';
import { Type } from 'typebox';

const params = Type.Object({
  workspace: Type.String({ examples: ['demo'] }),
  source: Type.String({ examples: ['shop'] }),
});

const sent = { status: 'placed', customer: { id: 'ada' }, total: 24 };
/** What a webhook may be, for the document: any body is read as bytes. */
export const documentedBody = {
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

/** Of a request that asks before anything is sent. */
export const asking = {
  tags: ['hooks'],
  summary: 'Answer a sender that asks before it sends',
  description:
    'The handshake of the source: a challenge comes back as text, or the origin that may send as a ' +
    'header. A 401 is an unknown source, one without such a handshake, or a token that is wrong.',
  params,
  response: {
    200: textResponse('The answer.', 'text/plain', 'application/json'),
    ...problemResponses(400, 401, 503),
  },
};

/** Of a webhook. */
export const receiving = {
  tags: ['hooks'],
  summary: 'Receive a webhook of a source',
  description:
    'Verified over the raw body by the source’s scheme, then mapped to an event, or by `each` to a ' +
    'list of them: all or none. A 401 is an unknown source or a signature, token or timestamp that ' +
    'does not hold; which, is not told.',
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
    ...problemResponses(400, 401, 415, 422, 429, 503),
  },
};
