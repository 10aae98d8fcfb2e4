import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import sdk from 'twilio';
import { createInterruptions, type Interruptions } from '../script.ts';
import { startServer, type VendorAnswer, type VendorRequest } from '../server.ts';
import { addressFault, callFault, type PlacedCall, type ReceivedText, refuse, textFault } from './phone.ts';
import { callReports, type PhoneScript, type StatusReport, textReports } from './scripts.ts';
import { heardIn, keyUrlOf } from './twiml.ts';

export interface TwilioOptions {
  readonly accountSid?: string;
  readonly authToken?: string;
  /** What phones do, by number. A phone that is not named takes everything. */
  readonly phones?: Readonly<Record<string, PhoneScript>>;
  /** ms of wall time between two reports. */
  readonly pace?: number;
}

/** A callback that was made. */
interface Callback {
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  /** The status of the answer; 0: there was none. */
  readonly status: number;
  readonly body: string;
}

/**
 * A server that behaves as the documentation of Twilio's Messages and Calls says: it signs its callbacks, and
 * presses keys.
 */
export interface Twilio extends Pick<Interruptions, 'answerNext' | 'answerAlways'> {
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly texts: readonly ReceivedText[];
  readonly calls: readonly PlacedCall[];
  readonly requests: readonly VendorRequest[];
  readonly callbacks: readonly Callback[];
  /** Sends a text from somebody's phone to a number whose webhook is `url`. */
  textFrom(from: string, to: string, body: string, url: string): Promise<Callback>;
  /** Posts parameters to `url`, signed like every callback. */
  post(url: string, params: Readonly<Record<string, string>>): Promise<Callback>;
  /** Resolves when every text and call has come to its end. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function startTwilio(options: TwilioOptions = {}): Promise<Twilio> {
  const {
    accountSid = `AC${'0'.repeat(32)}`,
    authToken = '0123456789abcdef0123456789abcdef',
    phones = {},
    pace = 0,
  } = options;
  const interruptions = createInterruptions();
  const texts: ReceivedText[] = [];
  const calls: PlacedCall[] = [];
  const requests: VendorRequest[] = [];
  const callbacks: Callback[] = [];
  const underWay = new Set<Promise<void>>();
  const root = `/2010-04-01/Accounts/${accountSid}`;
  const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

  const post: Twilio['post'] = async (url, params) => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': sdk.getExpectedTwilioSignature(authToken, url, params),
      'user-agent': 'TwilioProxy/1.1',
    };
    const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(params) }).catch(
      () => undefined,
    );
    const callback = { url, params, status: answer?.status ?? 0, body: (await answer?.text()) ?? '' };
    callbacks.push(callback);
    return callback;
  };

  const inBackground = (work: () => Promise<void>): void => {
    const done = work()
      .catch(() => {})
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };

  const reportAll = async (
    url: string | undefined,
    common: Record<string, string>,
    reports: readonly StatusReport[],
  ) => {
    for (const { params } of reports) {
      await pause(pace);
      if (url !== undefined) await post(url, { ...common, ...params });
    }
  };

  const deliver = async ({
    sid,
    from,
    to,
    messagingServiceSid,
    statusCallback,
  }: ReceivedText): Promise<void> => {
    const common = {
      MessageSid: sid,
      SmsSid: sid,
      AccountSid: accountSid,
      From: from,
      To: to,
      ApiVersion: '2010-04-01',
      ...(messagingServiceSid === undefined ? {} : { MessagingServiceSid: messagingServiceSid }),
    };
    await reportAll(statusCallback, common, textReports(phones[to] ?? {}));
  };

  const speak = async (call: PlacedCall): Promise<void> => {
    const { sid, from, to, statusCallback } = call;
    const script = phones[to] ?? {};
    const common = {
      CallSid: sid,
      AccountSid: accountSid,
      From: from,
      To: to,
      Direction: 'outbound-api',
      ApiVersion: '2010-04-01',
    };
    const wanted = ({ params }: StatusReport): boolean =>
      isWanted(params.CallStatus ?? '', call.statusEvents);
    const { before, after } = callReports(script);
    await reportAll(statusCallback, common, before.filter(wanted));
    if ((script.call ?? 'answered') === 'answered') await converse(call, script, common);
    await reportAll(statusCallback, common, after.filter(wanted));
  };

  /** What is said and pressed. A key ends the speech; its answer continues the call. */
  const converse = async (call: PlacedCall, { press = [] }: PhoneScript, common: Record<string, string>) => {
    let twiml: string | undefined = call.twiml;
    const keys = [...press];
    while (twiml !== undefined) {
      call.heard.push(...heardIn(twiml));
      const url = keyUrlOf(twiml);
      const key = url === undefined ? undefined : keys.shift();
      if (url === undefined || key === undefined) return;
      call.pressed.push(key);
      const answer = await post(url, {
        ...common,
        CallStatus: 'in-progress',
        Digits: key,
        msg: 'Gather End',
      });
      twiml = answer.status === 200 ? answer.body : undefined;
    }
  };

  const take = (kind: string, params: URLSearchParams): VendorAnswer => {
    const service = params.get('MessagingServiceSid');
    const from = params.get('From') ?? (service === null ? '' : POOL_NUMBER);
    const to = params.get('To') ?? '';
    const statusCallback = params.get('StatusCallback') ?? undefined;
    const common = { account_sid: accountSid, from, to, status: 'queued', api_version: '2010-04-01' };
    if (kind === 'Messages') {
      const text: ReceivedText = {
        sid: sidOf('SM'),
        from,
        to,
        body: params.get('Body') ?? '',
        messagingServiceSid: service ?? undefined,
        statusCallback,
      };
      texts.push(text);
      inBackground(() => deliver(text));
      return {
        status: 201,
        body: { ...common, sid: text.sid, body: text.body, num_segments: '1', direction: 'outbound-api' },
      };
    }
    const statusEvents = params.getAll('StatusCallbackEvent');
    const placed = {
      sid: sidOf('CA'),
      from,
      to,
      twiml: params.get('Twiml') ?? '',
      statusCallback,
      statusEvents,
    };
    const call: PlacedCall = { ...placed, heard: [], pressed: [] };
    calls.push(call);
    inBackground(() => speak(call));
    return { status: 201, body: { ...common, sid: call.sid, direction: 'outbound-api' } };
  };

  const answer = (request: VendorRequest): VendorAnswer => {
    requests.push(request);
    const interrupted = interruptions.take();
    if (interrupted !== undefined) return interrupted;
    const { method, path, headers, body } = request;
    if (headers.authorization !== credentials) return refuse(401, 20_003, 'Authenticate');
    const kind =
      path === `${root}/Messages.json` ? 'Messages' : path === `${root}/Calls.json` ? 'Calls' : undefined;
    if (kind === undefined) return refuse(404, 20_404, `The requested resource ${path} was not found`);
    if (method !== 'POST') return refuse(405, 20_004, 'Method not allowed');
    const params = new URLSearchParams(body);
    return (
      addressFault(kind, params) ??
      (kind === 'Messages' ? textFault(params) : callFault(params)) ??
      take(kind, params)
    );
  };

  const server = await startServer(answer);
  return {
    ...server,
    answerNext: interruptions.answerNext,
    answerAlways: interruptions.answerAlways,
    accountSid,
    authToken,
    texts,
    calls,
    requests,
    callbacks,
    post,
    textFrom(from, to, body, url) {
      const sid = sidOf('SM');
      const ids = { MessageSid: sid, SmsSid: sid, SmsMessageSid: sid, AccountSid: accountSid };
      return post(url, {
        ...ids,
        From: from,
        To: to,
        Body: body,
        NumMedia: '0',
        NumSegments: '1',
        ApiVersion: '2010-04-01',
      });
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** An account chooses its events. `completed` stands for every way in which a call ends. */
function isWanted(status: string, events: readonly string[]): boolean {
  if (events.length === 0) return ['completed', 'busy', 'no-answer', 'failed'].includes(status);
  const event =
    status === 'in-progress' ? 'answered' : ['initiated', 'ringing'].includes(status) ? status : 'completed';
  return events.includes(event);
}

/** The number that a messaging service sends from. */
const POOL_NUMBER = '+14155550109';

const sidOf = (prefix: string): string => prefix + randomBytes(16).toString('hex');
