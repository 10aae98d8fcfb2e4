import type { Secrets } from '@herald/config';
import { HANDSHAKES } from '@herald/contracts';
import { NAME_PATTERN } from '@herald/domain';
import type { Fault } from '@herald/http';
import { type Static, Type } from 'typebox';
import { secretsOf } from '../signatures/authentic.ts';

/** How a sender asks before it sends, as a client writes it. */
export const Handshake = Type.Object(
  {
    kind: Type.Enum([...HANDSHAKES], {
      description: 'The schemes slack, sns, twitch, zoom and dropbox have their own without this.',
    }),
    secret: Type.Optional(
      Type.String({
        pattern: NAME_PATTERN,
        description: 'The secret that holds the verify token of hub-challenge.',
      }),
    ),
    origins: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z0-9.:-]{1,255}$' }), {
        minItems: 1,
        maxItems: 50,
        description: 'For cloudevents: the origins that may send, such as eventgrid.azure.net. Default: any.',
      }),
    ),
    rate: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'For cloudevents: requests a minute.' }),
    ),
  },
  { additionalProperties: false, description: 'The question that the sender asks before it sends.' },
);
type Handshake = Static<typeof Handshake>;

/** What is wrong with a handshake. */
export function handshakeFaults(
  handshake: Handshake | undefined,
  scheme: string,
  workspace: string,
  secrets: Secrets,
): Fault[] {
  if (handshake === undefined) return [];
  const { kind, secret } = handshake;
  const faults: Fault[] = [];
  const add = (field: string, message: string): void => {
    faults.push({ path: `/handshake/${field}`, message });
  };
  for (const name of ['origins', 'rate'] as const)
    if (kind !== 'cloudevents' && handshake[name] !== undefined)
      add(name, `is for cloudevents, not for ${kind}`);
  if (kind === 'zoom' && scheme !== 'zoom')
    add('kind', 'zoom needs the scheme zoom, whose secret it answers by');
  if (kind === 'sns' && scheme !== 'sns')
    add('kind', 'sns needs the scheme sns, which checks what it confirms');
  if (kind !== 'hub-challenge') {
    if (secret !== undefined) add('secret', `${kind} needs no secret of its own`);
  } else if (secret === undefined) add('secret', 'is required for hub-challenge: the verify token');
  else if (secretsOf(secrets.read(workspace, secret) ?? '').length === 0)
    add('secret', `there is no secret ${secret} in this workspace, or it is empty`);
  return faults;
}
