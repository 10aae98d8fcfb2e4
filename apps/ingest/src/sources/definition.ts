import type { SourceDocument } from '@herald/contracts';
import { type Fault, Problem, type Secrets } from '@herald/service';
import { type Static, Type } from 'typebox';
import { compileMapping, type Mapping } from '../hooks/mapping.ts';
import { sendgridKey } from '../hooks/sendgrid-signature.ts';
import { secretsOf, standardKey } from '../hooks/signatures.ts';

/** A name that can stand in a URL and in a file's name. */
const NAME = '^[a-z0-9][a-z0-9_-]{0,62}$';

export const SourceId = Type.String({ pattern: NAME, description: 'Stands in the URL of the hook.' });

const Expression = (description: string) => Type.String({ minLength: 1, maxLength: 2_000, description });

const Verify = Type.Object(
  {
    scheme: Type.Enum([
      'none',
      'bearer',
      'hmac-sha256',
      'github',
      'standard-webhooks',
      'stripe',
      'sendgrid',
      'twilio',
    ]),
    secret: Type.Optional(
      Type.String({
        pattern: NAME,
        description: 'The name of a secret of the workspace, never the secret itself.',
      }),
    ),
    header: Type.Optional(
      Type.String({
        maxLength: 64,
        pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
        description:
          'Where the token or signature stands: `authorization` for bearer, `x-signature` for hmac-sha256, unless given.',
      }),
    ),
    tolerance: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 86_400,
        description: 'How old a signed timestamp may be, in s; 300 unless given, for sendgrid 25 hours.',
      }),
    ),
  },
  { additionalProperties: false },
);

const Expressions = Type.Object(
  {
    each: Type.Optional(
      Expression(
        'A list, or text that is a list in JSON: each of its items, up to 1,000, is an event. The other expressions then read `item` and `index`.',
      ),
    ),
    id: Type.Optional(
      Expression('Unique in the source; the delivery id of the scheme, or a hash of the body, unless given.'),
    ),
    type: Expression('The type of the event.'),
    prospectId: Expression('Whom it is about.'),
    occurredAt: Type.Optional(
      Expression('RFC 3339 text or a timestamp; when it was received, unless given.'),
    ),
    data: Type.Optional(Expression('An object; empty unless given. The whole body is kept beside it.')),
    skip: Type.Optional(Expression('Where true, the webhook is answered and not recorded.')),
  },
  {
    additionalProperties: false,
    description: 'CEL over `body`, `headers` and `query`; `json(text)` reads JSON in a text.',
  },
);

export const SourceBody = Type.Object(
  { name: Type.Optional(Type.String({ maxLength: 200 })), verify: Verify, map: Expressions },
  { additionalProperties: false },
);
export type SourceBody = Static<typeof SourceBody>;

export const SourceResource = Type.Object({
  id: SourceId,
  ...SourceBody.properties,
  version: Type.Integer(),
  changedAt: Type.String({ format: 'date-time' }),
  url: Type.String({ description: 'Where the sender posts its webhooks.' }),
});

/** A source ready for use. `faults` are those of a stored map that this version can no longer compile. */
export interface Source {
  readonly doc: SourceDocument;
  readonly mapping: Mapping;
  readonly faults: readonly Fault[];
}

export const toSource = (doc: SourceDocument): Source => ({ doc, ...compileMapping(doc.map) });

/** What is stored of a definition; throws a 422 that names everything in it that cannot work. */
export function checkDefinition(
  body: SourceBody,
  workspace: string,
  secrets: Secrets,
): Pick<SourceDocument, 'name' | 'verify' | 'map'> {
  const faults = [...verifyFaults(body.verify, workspace, secrets), ...compileMapping(body.map).faults];
  if (faults.length > 0)
    throw new Problem(422, 'invalid_source', 'This source could not work as it is written.', {
      errors: faults,
    });
  const { scheme, secret, header, tolerance } = body.verify;
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    verify: {
      scheme,
      ...(secret === undefined ? {} : { secret }),
      ...(header === undefined ? {} : { header: header.toLowerCase() }),
      ...(tolerance === undefined ? {} : { tolerance }),
    },
    map: body.map,
  };
}

const SIGNS_A_TIME: ReadonlySet<SourceBody['verify']['scheme']> = new Set([
  'standard-webhooks',
  'stripe',
  'sendgrid',
]);

function verifyFaults(verify: SourceBody['verify'], workspace: string, secrets: Secrets): Fault[] {
  const { scheme, secret, header, tolerance } = verify;
  const faults: Fault[] = [];
  const add = (field: string, message: string): void => {
    faults.push({ path: `/verify/${field}`, message });
  };
  if (header !== undefined && scheme !== 'bearer' && scheme !== 'hmac-sha256')
    add('header', `${scheme} has no header to choose`);
  if (tolerance !== undefined && !SIGNS_A_TIME.has(scheme)) add('tolerance', `${scheme} signs no timestamp`);
  if (scheme === 'none') {
    if (secret !== undefined) add('secret', 'none needs no secret');
    return faults;
  }
  if (secret === undefined) {
    add('secret', `is required for ${scheme}`);
    return faults;
  }
  const values = secretsOf(secrets.read(workspace, secret) ?? '');
  if (values.length === 0) add('secret', `there is no secret ${secret} in this workspace, or it is empty`);
  else if (scheme === 'standard-webhooks' && values.some((value) => standardKey(value) === undefined))
    add('secret', `a secret in ${secret} is not base64`);
  else if (scheme === 'sendgrid' && values.some((value) => sendgridKey(value) === undefined))
    add('secret', `a secret in ${secret} is not the public key that SendGrid shows`);
  return faults;
}
