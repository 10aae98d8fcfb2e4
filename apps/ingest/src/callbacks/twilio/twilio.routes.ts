import { randomBytes } from 'node:crypto';
import { isTwilioOptOut, phoneNumber } from '@herald/addresses';
import type { Broker } from '@herald/broker';
import { rotated } from '@herald/config';
import {
  inboundMessage,
  type MessageReference,
  publicLink,
  readMessageReference,
  type SendInbound,
} from '@herald/contracts';
import { type Event, mailDate, reasonOf, spokenParts, WORKSPACE_PATTERN } from '@herald/domain';
import { type Http, Problem, problemResponses, textResponse } from '@herald/http';
import { Type } from 'typebox';
import { countRejections } from '../../rejections.ts';
import { isTwilioSignature } from '../../signatures/twilio.ts';
import type { CallbackAccounts } from '../accounts.ts';
import type { CallbackDeps } from '../deps.ts';
import { notAuthentic, notConfigured } from '../refusals.ts';
import { consentEvent, reportEvent } from '../report-event.ts';
import { callReported, keywordOf, type TwilioFields, textReported } from './reported.ts';
import { nothing, sayAndHangUp, TWIML } from './twiml.ts';

/** bytes */
const BODY_LIMIT = 64 * 1024;
const SOURCE = 'callbacks/twilio';
/** The end of the address for a key pressed in a call. */
const KEY = '/key';
const tags = ['callbacks'];
const markup = { 200: textResponse('What Twilio is to do next, in its markup.', 'text/xml') };
const form = (description: string, example: Record<string, string>) => ({
  'application/x-www-form-urlencoded': Type.Record(Type.String(), Type.String(), {
    description,
    examples: [example],
  }),
});
const statusBody = form('A status or a key that was pressed, as Twilio sends it, signed.', {
  MessageSid: 'SM0123456789abcdef0123456789abcdef',
  MessageStatus: 'delivered',
});
const inboundBody = form('A text as Twilio sends it, signed.', {
  MessageSid: 'SM0123456789abcdef0123456789abcdef',
  From: '+14155550100',
  Body: 'STOP',
});

const WORKSPACE = new RegExp(WORKSPACE_PATTERN);

interface RequestOfTwilio {
  readonly body: unknown;
  /** Path and query, as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface TwilioDeps extends CallbackDeps {
  readonly broker: Pick<Broker, 'publish'>;
  /** Signs Twilio's requests; during rotation several, separated by spaces. */
  readonly authToken: string | undefined;
  readonly accounts: Pick<CallbackAccounts, 'twilioTokens'>;
}

/** Who calls. */
interface Caller {
  readonly tokens: readonly string[];
  /** The workspace whose account it is: it may report on its messages alone. Absent: the installation. */
  readonly workspace?: string;
  /** As it stands in events. */
  readonly provider: string;
}

/**
 * `POST /callbacks/twilio/<reference>`: what became of a text or a call; with `/key` at its end, a key that
 * was pressed in one. `POST /callbacks/twilio-inbound/<workspace>`: an incoming text. The same for a
 * workspace's own account: `/callbacks/twilio-status/<workspace>/<account>/<reference>` and
 * `/callbacks/twilio-inbound/<workspace>/<account>`. The signature covers the whole address, so PUBLIC_URL
 * must be the address that Twilio calls.
 */
export async function twilioRoutes(scope: Http, deps: TwilioDeps): Promise<void> {
  const { clock, log, metrics, linkSecret, publishEvents, publicUrl, broker } = deps;
  const nobody = randomBytes(32).toString('hex');
  const installation: Caller = { tokens: rotated(deps.authToken ?? ''), provider: 'twilio' };
  countRejections(scope, metrics, 'signature');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);

  const count = (result: string): void => metrics.callbacks.inc({ provider: 'twilio', result });

  /** The fields of a verified request from Twilio. Throws for any other request. */
  const authentic = ({ body: given, url, headers }: RequestOfTwilio, { tokens }: Caller): TwilioFields => {
    if (tokens.length === 0) throw notConfigured('TWILIO_AUTH_TOKEN');
    const body = Buffer.isBuffer(given) ? given : Buffer.alloc(0);
    const one = (name: string) => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const request = {
      url: publicLink(publicUrl, url),
      body,
      contentType: one('content-type'),
      signature: one('x-twilio-signature'),
    };
    if (!isTwilioSignature(request, tokens)) throw notAuthentic();
    // The first of a repeated field counts.
    return new Map([...new URLSearchParams(body.toString())].reverse());
  };

  const callerOf = ({
    workspace,
    account,
  }: {
    readonly workspace: string;
    readonly account: string;
  }): Caller => {
    // An account that is not there costs what a wrong signature costs.
    const tokens = deps.accounts.twilioTokens(workspace, account) ?? [nobody];
    return { tokens, workspace, provider: account };
  };

  /** The events for what happened to a text or call; empty if nothing of use. */
  const statusEvents = (reference: MessageReference, fields: TwilioFields, provider: string): Event[] => {
    const read = reference.channel === 'call' ? callReported(fields) : textReported(fields);
    if (read === undefined) return [];
    const { sid, status, ...reported } = read;
    const origin = { source: SOURCE, key: [sid, status], at: timeOf(fields) ?? clock.now() };
    const report = reportEvent(reference, { ...reported, provider }, origin, clock);
    if (!isTwilioOptOut(fields.get('ErrorCode'))) return [report];
    return [report, consentEvent('unsubscribed', reference, 'told to twilio', origin, clock)];
  };

  /** `path`: the reference, with `/key` for a key. What Twilio is to do next; undefined: nothing. */
  const onStatus = async (
    request: RequestOfTwilio,
    path: string,
    caller: Caller,
  ): Promise<string | undefined> => {
    const fields = authentic(request, caller);
    const { workspace, provider } = caller;
    const isKey = path.endsWith(KEY);
    const reference = readMessageReference(linkSecret, isKey ? path.slice(0, -KEY.length) : path);
    if (reference === undefined || (workspace !== undefined && reference.workspace !== workspace)) {
      count('foreign');
      // Twilio would retry a refusal, and read it out to the caller, so an unknown reference gets an empty
      // answer.
      return isKey ? sayAndHangUp({ spoken: [] }) : undefined;
    }
    if (!isKey) {
      const events = statusEvents(reference, fields, provider);
      if (events.length > 0) await publishEvents(events);
      count(events.length > 0 ? 'accepted' : 'ignored');
      return undefined;
    }
    const [key] = (fields.get('Digits') ?? '').match(/^[0-9*#]/) ?? [];
    if (key === undefined) {
      count('ignored');
      return sayAndHangUp({ spoken: [] });
    }
    const sid = reasonOf(fields.get('CallSid') ?? '');
    const origin = { source: SOURCE, key: [sid, 'key', key], at: clock.now() };
    await publishEvents([reportEvent(reference, { outcome: 'key_pressed', key, provider }, origin, clock)]);
    count('accepted');
    const query = new URL(request.url, 'http://herald').searchParams;
    const [voice, language] = [query.get('voice') ?? undefined, query.get('language') ?? undefined];
    return sayAndHangUp({ spoken: query.getAll(`say${key}`).flatMap(spokenParts), voice, language });
  };

  const onInbound = async (request: RequestOfTwilio, workspace: string, caller: Caller): Promise<string> => {
    const fields = authentic(request, caller);
    const id = fields.get('MessageSid') ?? fields.get('SmsSid');
    const from = fields.get('From');
    if (id === undefined || from === undefined || !/^\+\d{4,15}$/.test(from) || !WORKSPACE.test(workspace)) {
      count('foreign');
      return nothing;
    }
    const keyword = keywordOf(fields);
    const inbound: Omit<SendInbound, 'kind'> = {
      workspace,
      id,
      // In the form that messages are sent to, because that finds it.
      from: phoneNumber(from) ?? from,
      channel: 'sms',
      provider: caller.provider,
      receivedAt: clock.now(),
      text: (fields.get('Body') ?? '').slice(0, 1_600),
      ...(keyword === undefined ? {} : { keyword }),
    };
    await broker.publish([inboundMessage(inbound)]).catch((cause: unknown) => {
      throw new Problem(503, 'not_durable', 'This could not be stored now. Send it again.', {
        retryAfter: 5,
        cause,
      });
    });
    count('accepted');
    log.debug({ workspace, keyword }, 'a text came in');
    return nothing;
  };

  // Not a named parameter: those end at the router's limit, and a token with a long id exceeds it.
  const Reference = Type.String({ description: 'The message’s reference; `/key` for a key.' });
  const Workspace = Type.String({ examples: ['demo'] });
  const Account = Type.String({ examples: ['phones'] });
  const statusRoute = {
    tags,
    summary: 'Twilio’s status callbacks, and keys pressed in calls',
    response: { ...markup, 204: Type.Null(), ...problemResponses(401, 503) },
  };
  const inboundRoute = {
    tags,
    summary: 'An incoming text',
    description:
      'STOP, START and HELP have the effect that the networks require. Any other text is recorded for the ' +
      'person whose number it is.',
    response: { ...markup, ...problemResponses(401, 503) },
  };
  const forStatus = { config: { documentedBody: statusBody }, bodyLimit: BODY_LIMIT };
  const forInbound = { config: { documentedBody: inboundBody }, bodyLimit: BODY_LIMIT };

  scope.post(
    '/callbacks/twilio/*',
    { ...forStatus, schema: { ...statusRoute, params: Type.Object({ '*': Reference }) } },
    async (request, reply) => {
      const next = await onStatus(request, request.params['*'], installation);
      return next === undefined ? reply.code(204).send(null) : reply.code(200).type(TWIML).send(next);
    },
  );

  scope.post(
    '/callbacks/twilio-status/:workspace/:account/*',
    {
      ...forStatus,
      schema: {
        ...statusRoute,
        summary: 'The same for a workspace’s own Twilio account',
        params: Type.Object({ workspace: Workspace, account: Account, '*': Reference }),
      },
    },
    async (request, reply) => {
      const next = await onStatus(request, request.params['*'], callerOf(request.params));
      return next === undefined ? reply.code(204).send(null) : reply.code(200).type(TWIML).send(next);
    },
  );

  scope.post(
    '/callbacks/twilio-inbound/:workspace',
    { ...forInbound, schema: { ...inboundRoute, params: Type.Object({ workspace: Workspace }) } },
    async (request, reply) => {
      const next = await onInbound(request, request.params.workspace, installation);
      return reply.code(200).type(TWIML).send(next);
    },
  );

  scope.post(
    '/callbacks/twilio-inbound/:workspace/:account',
    {
      ...forInbound,
      schema: {
        ...inboundRoute,
        summary: 'An incoming text to a number of a workspace’s own Twilio account',
        params: Type.Object({ workspace: Workspace, account: Account }),
      },
    },
    async (request, reply) => {
      const next = await onInbound(request, request.params.workspace, callerOf(request.params));
      return reply.code(200).type(TWIML).send(next);
    },
  );
}

/** When it happened, if Twilio says so: it does for calls, as RFC 2822. */
const timeOf = (fields: TwilioFields): number | undefined => mailDate(fields.get('Timestamp') ?? '');
