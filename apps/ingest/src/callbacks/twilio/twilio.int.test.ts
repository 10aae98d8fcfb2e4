import { ack } from '@herald/broker';
import { messageReference, queue, type SendInbound, sendContract } from '@herald/contracts';
import { deriveId } from '@herald/domain';
import twilio from 'twilio';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LINK_SECRET, PUBLIC_URL, startIngest, type TestIngest } from '../../testing/start-ingest.ts';

const TOKEN = 'auth-token-1';
let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest({ twilioAuthToken: `old ${TOKEN}` });
});
afterEach(async () => {
  ingest.faults.publish = false;
  await ingest.published();
});
afterAll(() => ingest.stop());

const referenceTo = (channel: 'sms' | 'call' | 'email', workspace = 'acme') =>
  messageReference(LINK_SECRET, { workspace, prospectId: 'ann', messageId: 'm-1', channel });

interface Posting {
  /** The token that signs it. */
  readonly token?: string;
  /** The signed address, if it is not ingest's. */
  readonly signed?: string;
}

/** Posts what Twilio would, signed by its own package over the public address. */
const post = (
  path: string,
  fields: Record<string, string>,
  { token = TOKEN, signed = PUBLIC_URL + path }: Posting = {},
) =>
  ingest.app.inject({
    method: 'POST',
    url: path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(token, signed, fields),
    },
    payload: new URLSearchParams(fields).toString(),
  });
const status = (channel: 'sms' | 'call', fields: Record<string, string>, more?: Posting) =>
  post(
    `/callbacks/twilio/${referenceTo(channel)}`,
    { AccountSid: 'AC1', To: '+14155550101', From: '+14155550100', ...fields },
    more,
  );
const text = (MessageStatus: string, more: Record<string, string> = {}) =>
  status('sms', { MessageSid: 'SM1', MessageStatus, ...more });
const call = (CallStatus: string, more: Record<string, string> = {}) =>
  status('call', { CallSid: 'CA1', CallStatus, ...more });

describe('the status of a text', () => {
  it('becomes an event of its message’s prospect, without the number', async () => {
    const response = await text('delivered');
    expect([response.statusCode, response.body]).toEqual([204, '']);
    const id = deriveId('message.reported', 'callbacks/twilio', 'm-1', 'SM1', 'delivered');
    const [event] = await ingest.published();
    expect(event).toMatchObject({ id, workspace: 'acme', stream: 'prospect/ann', type: 'message.reported' });
    expect(event?.data).toEqual({
      messageId: 'm-1',
      outcome: 'delivered',
      provider: 'twilio',
      providerId: 'SM1',
    });
  });

  it.each([
    ['sent', {}, { outcome: 'sent' }],
    ['read', {}, { outcome: 'opened' }],
    ['undelivered', { ErrorCode: '30003' }, { outcome: 'failed', reason: 'undelivered: error 30003' }],
    ['failed', { ErrorCode: '21211' }, { outcome: 'failed', bounce: 'hard' }],
  ])('%s %j means %j', async (name, more, expected) => {
    await text(name, more);
    expect((await ingest.published()).map(({ data }) => data)).toMatchObject([expected]);
  });

  it.each([
    ['30003', 'soft'],
    ['30005', 'hard'],
    ['30006', 'hard'],
    ['21614', 'hard'],
    ['30004', undefined],
    ['30007', undefined],
    ['30008', undefined],
    ['30011', undefined],
  ])('that fails with %s says about the number: %s', async (ErrorCode, bounce) => {
    await text('undelivered', { ErrorCode });
    expect((await ingest.published())[0]?.data.bounce).toBe(bounce);
  });

  it('that fails because of a STOP unsubscribes as well', async () => {
    await text('failed', { ErrorCode: '21610' });
    expect((await ingest.published()).map(({ type, data }) => [type, data.channel ?? data.outcome])).toEqual([
      ['message.reported', 'failed'],
      ['prospect.unsubscribed', 'sms'],
    ]);
  });

  it('that means nothing is accepted and not recorded', async () => {
    for (const name of ['queued', 'accepted', 'sending', 'something new'])
      expect((await text(name)).statusCode).toBe(204);
    expect((await status('sms', {})).statusCode).toBe(204);
    expect(await ingest.published()).toEqual([]);
  });
});

describe('the status of a call', () => {
  it.each([
    ['initiated', {}, { outcome: 'sent' }],
    ['ringing', {}, { outcome: 'sent' }],
    ['in-progress', {}, { outcome: 'answered' }],
    ['completed', { AnsweredBy: 'machine_start' }, { outcome: 'completed', answeredBy: 'machine_start' }],
    ['busy', {}, { outcome: 'busy' }],
    ['no-answer', {}, { outcome: 'no_answer' }],
    ['failed', { ErrorCode: '21217' }, { outcome: 'failed', bounce: 'hard' }],
    ['canceled', {}, { outcome: 'failed', reason: 'canceled' }],
  ])('%s %j means %j', async (name, more, expected) => {
    await call(name, more);
    expect((await ingest.published()).map(({ data }) => data)).toMatchObject([expected]);
  });

  it('has the time that Twilio names', async () => {
    await call('in-progress', { Timestamp: 'Sat, 31 Jan 2026 08:59:50 +0000' });
    expect((await ingest.published())[0]?.occurredAt).toBe(Date.UTC(2026, 0, 31, 8, 59, 50));
  });

  it('fifty times at once is one event', async () => {
    await Promise.all(Array.from({ length: 50 }, () => call('completed')));
    const published = await ingest.published();
    expect([published.length, new Set(published.map(({ id }) => id)).size]).toEqual([50, 1]);
  });
});

describe('a key pressed in a call', () => {
  const key = (digits: string, query = '') =>
    post(`/callbacks/twilio/${referenceTo('call')}/key${query}`, { CallSid: 'CA1', Digits: digits });

  it('is recorded, and answered with what is to be said for it', async () => {
    const query = `?${new URLSearchParams([
      ['say1', 'Thank you & <goodbye> [pause 2s] Don’t worry: it\'s "fine"'],
      ['say1', 'Bye.'],
      ['say2', 'never'],
      ['voice', 'Polly.Amy'],
      ['language', 'en-GB'],
    ])}`;
    const response = await key('1', query);
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/xml; charset=utf-8']);
    expect(response.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response><Say voice="Polly.Amy" language="en-GB">Thank ' +
        'you &amp; &lt;goodbye&gt;</Say><Pause length="2"/>' +
        '<Say voice="Polly.Amy" language="en-GB">Don’t worry: it&apos;s &quot;fine&quot;</Say><Say ' +
        'voice="Polly.Amy" language="en-GB">Bye.</Say><Hangup/></Response>',
    );
    expect((await ingest.published()).map(({ data }) => data)).toEqual([
      { messageId: 'm-1', outcome: 'key_pressed', key: '1', provider: 'twilio' },
    ]);
  });

  it('may be * or #, or nothing at all', async () => {
    const query = '?say%2A=star&say%23=pound';
    expect((await key('*', query)).body).toContain('<Say>star</Say>');
    expect((await key('#', query)).body).toContain('<Say>pound</Say>');
    expect((await key('', query)).body).toContain('<Response><Hangup/></Response>');
    expect((await key('9', query)).body).toContain('<Response><Hangup/></Response>');
    expect((await ingest.published()).map(({ data }) => data.key)).toEqual(['*', '#', '9']);
  });

  it('says nothing that Twilio did not sign', async () => {
    const path = `/callbacks/twilio/${referenceTo('call')}/key`;
    const response = await post(
      `${path}?say1=forged`,
      { CallSid: 'CA1', Digits: '1' },
      { signed: `${PUBLIC_URL}${path}?say1=real` },
    );
    expect([response.statusCode, response.body.includes('forged')]).toEqual([401, false]);
  });
});

describe('an incoming text', () => {
  const incoming = (fields: Record<string, string>, workspace = 'acme') =>
    post(`/callbacks/twilio-inbound/${workspace}`, {
      MessageSid: 'SM9',
      From: '+14155550101',
      To: '+14155550100',
      ...fields,
    });

  const handedOn = async (): Promise<SendInbound[]> => {
    const found: SendInbound[] = [];
    const consumer = await ingest.broker.consume(queue.messagingSend, { prefetch: 1 }, async ({ body }) => {
      const message = sendContract.parse(body);
      if (message.kind === 'inbound') found.push(message);
      return ack;
    });
    await vi.waitFor(async () => {
      const { ready, inFlight } = await ingest.broker.depth(queue.messagingSend);
      expect(ready + inFlight).toBe(0);
    });
    await consumer.stop();
    return found;
  };

  it.each([
    ['STOP', 'stop'],
    [' stopall ', 'stop'],
    ['Unsubscribe', 'stop'],
    ['START', 'start'],
    ['help', 'help'],
    ['Stop.', 'stop'],
    ['“stop”\n-- \nAda', 'stop'],
    ['ＳＴＯＰ', 'stop'],
    ['opt out', 'stop'],
    ['stop by tomorrow?', undefined],
    ['', undefined],
  ])('%j means %s, gets an empty answer, and is passed on to messaging', async (body, keyword) => {
    const response = await incoming({ Body: body });
    expect([response.statusCode, response.headers['content-type'], response.body]).toEqual([
      200,
      'text/xml; charset=utf-8',
      '<?xml version="1.0" encoding="UTF-8"?><Response/>',
    ]);
    const [message, ...others] = await handedOn();
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      workspace: 'acme',
      id: 'SM9',
      from: '+14155550101',
      text: body,
      provider: 'twilio',
    });
    expect(message?.keyword).toBe(keyword);
  });

  it.each([
    ['+5215512345678', '+525512345678'],
    ['+551187654321', '+5511987654321'],
    ['+549111523456789', '+5491123456789'],
  ])('from the old form %s is from %s, to which messages go', async (From, from) => {
    await incoming({ Body: 'STOP', From });
    expect((await handedOn())[0]?.from).toBe(from);
  });

  it('means what Twilio says that it has already acted on', async () => {
    await incoming({
      Body: 'no more of this',
      OptOutType: 'STOP',
      MessagingServiceSid: `MG${'0'.repeat(32)}`,
    });
    expect((await handedOn())[0]?.keyword).toBe('stop');
  });

  it('is not passed on for a workspace that the address is not signed for, nor from an invalid number', async () => {
    const fields = { MessageSid: 'SM9', From: '+14155550101', Body: 'STOP' };
    const path = '/callbacks/twilio-inbound/globex';
    expect(
      (await post(path, fields, { signed: `${PUBLIC_URL}/callbacks/twilio-inbound/acme` })).statusCode,
    ).toBe(401);
    expect((await incoming({ Body: 'STOP', From: 'Acme' })).statusCode).toBe(200);
    expect(await handedOn()).toEqual([]);
  });

  it('is a 503 when the broker does not confirm', async () => {
    ingest.faults.publish = true;
    expect((await incoming({ Body: 'STOP' })).statusCode).toBe(503);
  });
});

describe('what is not Twilio’s', () => {
  it('is refused: another token, altered fields, another address, another address behind the proxy', async () => {
    const fields = { MessageSid: 'SM1', MessageStatus: 'delivered' };
    const path = `/callbacks/twilio/${referenceTo('sms')}`;
    const altered = await ingest.app.inject({
      method: 'POST',
      url: path,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': twilio.getExpectedTwilioSignature(TOKEN, PUBLIC_URL + path, fields),
      },
      payload: 'MessageSid=SM1&MessageStatus=failed',
    });
    const answers = [
      altered,
      await post(path, fields, { token: 'another' }),
      await post(path, fields, { signed: `${PUBLIC_URL}/callbacks/twilio/${referenceTo('sms', 'globex')}` }),
      await post(path, fields, { signed: `http://127.0.0.1:8080${path}` }),
    ];
    for (const { statusCode } of answers) expect(statusCode).toBe(401);
    expect(await ingest.published()).toEqual([]);
  });

  it('of an unknown message is accepted, so that Twilio stops retrying, and counted', async () => {
    const forged = messageReference('another secret', {
      workspace: 'acme',
      prospectId: 'ann',
      messageId: 'm-1',
      channel: 'sms',
    });
    expect(
      (await post(`/callbacks/twilio/${forged}`, { MessageSid: 'SM1', MessageStatus: 'delivered' }))
        .statusCode,
    ).toBe(204);
    expect((await post(`/callbacks/twilio/${forged}/key`, { Digits: '1' })).body).toContain('<Hangup/>');
    expect(await ingest.published()).toEqual([]);
    expect(await ingest.metrics.registry.metrics()).toContain(
      'herald_callbacks_total{provider="twilio",result="foreign"}',
    );
  });

  it('is a 503 if no token is set, or the broker does not confirm', async () => {
    ingest.faults.publish = true;
    expect((await text('delivered')).statusCode).toBe(503);
    const other = await startIngest();
    expect((await other.app.inject({ method: 'POST', url: '/callbacks/twilio/x' })).statusCode).toBe(503);
    await other.stop();
  });

  it('is in no log, and neither are numbers or references', () => {
    expect(ingest.logged()).not.toMatch(/14155550/);
    expect(ingest.logged()).not.toContain(referenceTo('sms').slice(0, 40));
  });
});
