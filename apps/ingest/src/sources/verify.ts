import type { Secrets } from '@herald/config';
import { hmacPresets, type SourceVerify, sendgridKey } from '@herald/contracts';
import { NAME_PATTERN } from '@herald/domain';
import type { Fault } from '@herald/http';
import { type Static, Type } from 'typebox';
import { hmacRulesOf, secretsOf } from '../signatures/authentic.ts';
import { hmacKey } from '../signatures/hmac.ts';
import { holds, readSignedText } from '../signatures/signed-text.ts';
import { TOPIC_ARN } from '../signatures/sns/pinned-urls.ts';

const Header = (description: string) =>
  Type.String({ maxLength: 64, pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", description });
/** Characters that a header can hold. */
const Punctuated = (maxLength: number, description: string) =>
  Type.String({ maxLength, pattern: '^[\\x20-\\x7e]*$', description });
const Field = (description: string) => Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$', description });

const TopicArn = Type.String({
  pattern: TOPIC_ARN,
  description: 'ARN of a standard topic: FIFO topics do not deliver to HTTPS.',
});

/** How a source proves itself, as a client writes it. */
export const Verify = Type.Object(
  {
    scheme: Type.Enum([
      'none',
      'bearer',
      'basic',
      'hmac',
      ...hmacPresets,
      'mandrill',
      'sendgrid',
      'sns',
      'twilio',
    ]),
    secret: Type.Optional(
      Type.String({
        pattern: NAME_PATTERN,
        description: 'The name of a secret of the workspace, never the secret itself.',
      }),
    ),
    topicArn: Type.Optional(
      Type.Union([TopicArn, Type.Array(TopicArn, { minItems: 1, maxItems: 50 })], {
        description: 'For sns, required: the topic that may send, or a list of topics.',
      }),
    ),
    header: Type.Optional(
      Header(
        'The header with the token or signature. Default: `authorization` for bearer, `x-signature` for ' +
          'hmac.',
      ),
    ),
    tolerance: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 86_400,
        description:
          'How far off a signed timestamp may be, in s. Default: 300; twitch 600; sns 3,900; sendgrid ' +
          '25 hours.',
      }),
    ),
    algorithm: Type.Optional(
      Type.Enum(['sha1', 'sha256', 'sha512'], { description: 'For hmac, as all below. Default: sha256.' }),
    ),
    encoding: Type.Optional(
      Type.Enum(['hex', 'base64', 'base64url'], { description: 'Encoding of the signature. Default: hex.' }),
    ),
    prefix: Type.Optional(Punctuated(32, 'Text before the signature, such as `sha1=`.')),
    separator: Type.Optional(
      Punctuated(
        4,
        'Separates several signatures or fields in the header. Default: `,` if there are fields.',
      ),
    ),
    fields: Type.Optional(
      Type.Object(
        {
          signature: Field('The name before a signature.'),
          timestamp: Type.Optional(Field('The name before the timestamp.')),
        },
        { additionalProperties: false, description: 'Names in a header such as `t=…,v1=…`.' },
      ),
    ),
    signed: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 300,
        description:
          'The signed text. Default: `{body}`. It may hold {method}, {url}, {decodedUrl}, {path}, ' +
          '{query}, {timestamp}, {header:NAME} and {body}.',
      }),
    ),
    timestampHeader: Type.Optional(Header('The header with the timestamp.')),
    timestampUnit: Type.Optional(
      Type.Enum(['s', 'ms', 'rfc3339'], { description: 'Unix time in s or ms, or RFC 3339. Default: s.' }),
    ),
    secretEncoding: Type.Optional(
      Type.Enum(['text', 'hex', 'base64'], {
        description: 'Encoding of the key in the secret. Default: text.',
      }),
    ),
    secretPrefix: Type.Optional(Punctuated(32, 'Text before the key in the secret, such as `whsec_`.')),
  },
  { additionalProperties: false },
);
type Verify = Static<typeof Verify>;

/** The stored form: header names in lower case, as requests have them. */
export const storedVerify = ({ header, timestampHeader, ...verify }: Verify): SourceVerify => ({
  ...(verify as SourceVerify),
  ...(header === undefined ? {} : { header: header.toLowerCase() }),
  ...(timestampHeader === undefined ? {} : { timestampHeader: timestampHeader.toLowerCase() }),
});

const ONLY_HMAC = [
  ...['algorithm', 'encoding', 'prefix', 'separator', 'fields', 'signed'],
  ...['timestampHeader', 'timestampUnit', 'secretEncoding', 'secretPrefix'],
] as readonly (keyof Verify)[];
const CHOOSES_HEADER: ReadonlySet<string> = new Set(['bearer', 'hmac', 'hmac-sha256']);

/** What is wrong with how a source proves itself. Its secret must exist and be of the right kind. */
export function verifyFaults(verify: Verify, workspace: string, secrets: Secrets): Fault[] {
  const { scheme, secret, header, tolerance, topicArn } = verify;
  const faults: Fault[] = [];
  const add = (field: string, message: string): void => {
    faults.push({ path: `/verify/${field}`, message });
  };
  if (header !== undefined && !CHOOSES_HEADER.has(scheme)) add('header', `${scheme} has no header to choose`);
  if (scheme !== 'hmac')
    for (const name of ONLY_HMAC) if (verify[name] !== undefined) add(name, `is for hmac, not for ${scheme}`);
  if (scheme === 'hmac') for (const [name, message] of templateFaults(verify)) add(name, message);
  if (faults.length > 0) return faults;
  if (tolerance !== undefined && !signsTime(verify)) add('tolerance', `${scheme} signs no timestamp`);
  if (scheme !== 'sns' && topicArn !== undefined) add('topicArn', `is for sns, not for ${scheme}`);
  if (scheme === 'sns' && topicArn === undefined)
    add('topicArn', 'is required for sns: without it any topic of any AWS account could send');
  if (scheme === 'none' || scheme === 'sns') {
    if (secret !== undefined) add('secret', `${scheme} needs no secret`);
    return faults;
  }
  if (secret === undefined) {
    add('secret', `is required for ${scheme}`);
    return faults;
  }
  const values = secretsOf(secrets.read(workspace, secret) ?? '');
  if (values.length === 0) add('secret', `there is no secret ${secret} in this workspace, or it is empty`);
  else if (values.some((value) => !isUsable(verify, value))) add('secret', unusable(verify, secret));
  return faults;
}

/** A signature that leaves out the body, or the timestamp that comes with it, proves nothing about them. */
function* templateFaults(verify: Verify): Generator<[keyof Verify, string]> {
  const { signed = '{body}', fields, timestampHeader } = verify;
  const read = readSignedText(signed);
  if ('fault' in read) return yield ['signed', read.fault];
  if (!holds(read.signed, 'body')) yield ['signed', 'must hold {body}: else any body would pass'];
  const timestamps = [timestampHeader, fields?.timestamp].filter((name) => name !== undefined);
  if (holds(read.signed, 'timestamp')) {
    if (timestamps.length !== 1)
      yield ['signed', 'holds {timestamp}: name it either by timestampHeader or by fields.timestamp'];
  } else if (timestamps.length > 0) yield ['signed', 'must hold {timestamp}: else any timestamp would pass'];
  else if (verify.timestampUnit !== undefined) yield ['timestampUnit', 'there is no {timestamp} in signed'];
}

function signsTime(verify: Verify): boolean {
  const { scheme } = verify;
  if (scheme === 'sendgrid' || scheme === 'sns') return true;
  if (scheme === 'none' || scheme === 'bearer' || scheme === 'basic') return false;
  if (scheme === 'twilio' || scheme === 'mandrill') return false;
  return holds(hmacRulesOf(scheme, storedVerify(verify))[0].signed, 'timestamp');
}

function isUsable(verify: Verify, secret: string): boolean {
  const { scheme } = verify;
  if (scheme === 'none' || scheme === 'sns' || scheme === 'bearer') return true;
  if (scheme === 'twilio' || scheme === 'mandrill') return true;
  if (scheme === 'basic') return secret.includes(':');
  if (scheme === 'sendgrid') return sendgridKey(secret) !== undefined;
  return hmacKey(secret, hmacRulesOf(scheme, storedVerify(verify))[0].secret) !== undefined;
}

function unusable({ scheme }: Verify, secret: string): string {
  if (scheme === 'basic') return `a secret in ${secret} is not user:password`;
  if (scheme === 'sendgrid') return `a secret in ${secret} is not the public key that SendGrid shows`;
  return `a secret in ${secret} is not a key in its encoding`;
}
