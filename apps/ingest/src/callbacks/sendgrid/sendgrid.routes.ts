import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { rotated } from '@herald/config';
import { publicLink, readMessageReference, recipientMark, sendgridKey } from '@herald/contracts';
import type { Event } from '@herald/domain';
import { type Http, Problem, parseJson, problemResponses } from '@herald/http';
import { Type } from 'typebox';
import { countRejections } from '../../rejections.ts';
import { isSendgridSignature } from '../../signatures/sendgrid.ts';
import type { CallbackAccounts } from '../accounts.ts';
import type { CallbackDeps } from '../deps.ts';
import { notAuthentic, notConfigured } from '../refusals.ts';
import { consentEvent, reportEvent } from '../report-event.ts';
import { readSendgridEvent, type SendgridEvent } from './reported.ts';

/** bytes. SendGrid sends a batch at 768 KiB, or after some seconds. */
const BODY_LIMIT = 4 * 1024 * 1024;
const SOURCE = 'callbacks/sendgrid';

const documentedBody = {
  'application/json': Type.Array(Type.Object({}, { additionalProperties: true }), {
    description: 'Events as SendGrid sends them, signed.',
    examples: [
      [
        {
          event: 'delivered',
          sg_event_id: 'ZGVsaXZlcmVkLTE',
          timestamp: 1_769_850_000,
          email: 'ada@acme.example',
        },
      ],
    ],
  }),
};

const schema = {
  tags: ['callbacks'],
  summary: 'SendGrid’s event webhook',
  description:
    'A list of events, signed by SendGrid. Those about messages of this installation are recorded, each ' +
    'once by its `sg_event_id`. Others are ignored.',
  response: {
    200: Type.Object({ accepted: Type.Integer(), passedOver: Type.Integer() }),
    ...problemResponses(400, 401, 503),
  },
};

export interface SendgridDeps extends CallbackDeps {
  /** As SendGrid shows it; during rotation several, separated by spaces. */
  readonly webhookKey: string | undefined;
  readonly accounts: Pick<CallbackAccounts, 'sendgridKeys'>;
}

/** Who reports. */
interface Reporter {
  readonly keys: readonly (KeyObject | undefined)[];
  /** The workspace whose account it is: it may report on its messages alone. Absent: the installation. */
  readonly workspace?: string;
  /** As it stands in events. */
  readonly provider: string;
}

/**
 * `POST /callbacks/sendgrid`: what became of e-mails that SendGrid accepted. With a workspace and an account
 * at its end: those that the workspace's own account accepted.
 */
export async function sendgridRoutes(scope: Http, deps: SendgridDeps): Promise<void> {
  const { clock, log, metrics, linkSecret, publishEvents, publicUrl } = deps;
  const keys = rotated(deps.webhookKey ?? '').map(sendgridKey);
  if (keys.includes(undefined))
    throw new Error('SENDGRID_WEBHOOK_KEY is not the public key that SendGrid shows: base64, without armour');
  const nobody = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;
  countRejections(scope, metrics, 'signature');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);

  const isOwnLink = (url: string): boolean => url.startsWith(publicLink(publicUrl, '/u/'));
  const count = (result: string, by = 1): void => metrics.callbacks.inc({ provider: 'sendgrid', result }, by);

  /** The events to record for it; empty, and counted, if there are none. */
  const toEvents = ({ reference: token, about, id, at, meaning }: SendgridEvent, by: Reporter): Event[] => {
    const { workspace, provider } = by;
    const reference = token === undefined ? undefined : readMessageReference(linkSecret, token);
    if (
      reference === undefined ||
      reference.channel !== 'email' ||
      (workspace !== undefined && reference.workspace !== workspace)
    ) {
      count('foreign');
      return [];
    }
    // What happened to a copy is not what happened to the message, nor the wish of its recipient.
    if (about !== undefined && recipientMark(linkSecret, token ?? '', about.address) !== about.recipient) {
      count('copy');
      return [];
    }
    const { reported, consent } = meaning;
    const origin = { source: SOURCE, key: [id], at };
    if (reported?.scanner !== undefined) count('scanner');
    if (reported === undefined && consent === undefined) count('ignored');
    return [
      ...(reported === undefined ? [] : [reportEvent(reference, { ...reported, provider }, origin, clock)]),
      ...(consent === undefined ? [] : [consentEvent(consent, reference, 'told to sendgrid', origin, clock)]),
    ];
  };

  const receive = async ({ body: given, headers }: SignedRequest, by: Reporter) => {
    const body = Buffer.isBuffer(given) ? given : Buffer.alloc(0);
    if (!isSendgridSignature(single(headers), { body, keys: by.keys, clock })) throw notAuthentic();
    const list = parseJson(body);
    if (!Array.isArray(list)) throw new Problem(400, 'malformed_body', 'This must be a list of events.');
    const events: Event[] = [];
    let accepted = 0;
    for (const item of list) {
      const read = readSendgridEvent(item, isOwnLink);
      if (read === undefined) count('ignored');
      const reported = read === undefined ? [] : toEvents(read, by);
      if (reported.length > 0) accepted += 1;
      events.push(...reported);
    }
    for (const [, ofOne] of Map.groupBy(events, ({ workspace }) => workspace)) await publishEvents(ofOne);
    count('accepted', accepted);
    const passedOver = list.length - accepted;
    if (passedOver > 0) log.debug({ passedOver }, 'events of sendgrid that mean nothing here');
    return { accepted, passedOver };
  };

  scope.post(
    '/callbacks/sendgrid',
    { schema, config: { documentedBody }, bodyLimit: BODY_LIMIT },
    async (request) => {
      if (keys.length === 0) throw notConfigured('SENDGRID_WEBHOOK_KEY');
      return receive(request, { keys, provider: 'sendgrid' });
    },
  );

  scope.post(
    '/callbacks/sendgrid/:workspace/:account',
    {
      schema: {
        ...schema,
        summary: 'The event webhook of a workspace’s own SendGrid account',
        params: Params,
      },
      config: { documentedBody },
      bodyLimit: BODY_LIMIT,
    },
    async (request) => {
      const { workspace, account } = request.params;
      // An account that is not there costs what a wrong signature costs.
      const own = deps.accounts.sendgridKeys(workspace, account) ?? [nobody];
      return receive(request, { keys: own, workspace, provider: account });
    },
  );
}

interface SignedRequest {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const Params = Type.Object({
  workspace: Type.String({ examples: ['demo'] }),
  account: Type.String({ examples: ['newsletter'] }),
});

const single = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
