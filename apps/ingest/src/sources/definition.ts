import type { Secrets } from '@herald/config';
import type { SourceDocument } from '@herald/contracts';
import { NAME_PATTERN } from '@herald/domain';
import { type Fault, Problem } from '@herald/http';
import { type Static, Type } from 'typebox';
import { compileMapping, type Mapping } from '../hooks/mapping.ts';
import { Handshake, handshakeFaults } from './handshake.ts';
import { storedVerify, Verify, verifyFaults } from './verify.ts';

export const SourceId = Type.String({
  pattern: NAME_PATTERN,
  description: 'Part of the URL of the hook.',
  examples: ['shop'],
});

const Expression = (description: string) => Type.String({ minLength: 1, maxLength: 2_000, description });

const Expressions = Type.Object(
  {
    each: Type.Optional(
      Expression(
        'A list, or a text that is a list in JSON. Each of its items, up to 1,000, is an event. The ' +
          'other expressions then also read `item` and `index`.',
      ),
    ),
    id: Type.Optional(
      Expression('Unique in the source. Default: the delivery id of the scheme, or a hash of the body.'),
    ),
    type: Expression('The type of the event.'),
    prospectId: Expression('The id of the prospect.'),
    occurredAt: Type.Optional(Expression('RFC 3339 text or a timestamp. Default: when it was received.')),
    data: Type.Optional(Expression('An object. Default: empty. The whole body is kept beside it.')),
    skip: Type.Optional(Expression('If true, the webhook is answered and not recorded.')),
  },
  {
    additionalProperties: false,
    description: 'CEL over `body`, `headers` and `query`; `json(text)` reads JSON in a text.',
  },
);

export const SourceBody = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 200 })),
    verify: Verify,
    handshake: Type.Optional(Handshake),
    map: Expressions,
  },
  {
    additionalProperties: false,
    examples: [
      {
        name: 'The shop',
        verify: { scheme: 'none' },
        map: {
          type: '"order." + body.status',
          prospectId: 'body.customer.id',
          data: '{"total": body.total}',
        },
      },
    ],
  },
);
export type SourceBody = Static<typeof SourceBody>;

export const SourceResource = Type.Object({
  id: SourceId,
  ...SourceBody.properties,
  version: Type.Integer(),
  changedAt: Type.String({ format: 'date-time' }),
  url: Type.String({ description: 'The address to which the sender posts its webhooks.' }),
});

/** What a client wrote about a source, as it is stored. */
export type SourceDefinition = Pick<SourceDocument, 'name' | 'verify' | 'handshake' | 'map'>;

/** A source ready for use. `faults` are those of a stored map that this version cannot compile any more. */
export interface Source {
  readonly doc: SourceDocument;
  readonly mapping: Mapping;
  readonly faults: readonly Fault[];
}

export const toSource = (doc: SourceDocument): Source => ({ doc, ...compileMapping(doc.map) });

/** What is stored of a definition. Throws a 422 that names everything in it that cannot work. */
export function checkDefinition(body: SourceBody, workspace: string, secrets: Secrets): SourceDefinition {
  const faults = [
    ...verifyFaults(body.verify, workspace, secrets),
    ...handshakeFaults(body.handshake, body.verify.scheme, workspace, secrets),
    ...compileMapping(body.map).faults,
  ];
  if (faults.length > 0)
    throw new Problem(422, 'invalid_source', 'This source could not work as it is written.', {
      errors: faults,
    });
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    verify: storedVerify(body.verify),
    ...(body.handshake === undefined ? {} : { handshake: body.handshake }),
    map: body.map,
  };
}
