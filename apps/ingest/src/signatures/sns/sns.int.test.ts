import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { postHook, putSource } from '../../testing/hooks.ts';
import {
  CERTIFICATE,
  CERTIFICATE_URL,
  confirmation,
  createSnsStandIn,
  type Envelope,
  notification,
  SUBSCRIBE_URL,
  signedBySns,
  TOPIC,
} from '../../testing/sns.ts';
import { startIngest } from '../../testing/start-ingest.ts';

const sns = createSnsStandIn();
const ingest = await startIngest({ fetchPinned: sns.fetchPinned });
const map = {
  type: '"order.placed"',
  prospectId: 'json(body.Message).customer',
  data: '{"order": json(body.Message).order, "subject": body.Subject}',
};
await putSource(ingest, 'orders', { verify: { scheme: 'sns', topicArn: TOPIC }, map });
const START = ingest.time.now;

beforeEach(async () => {
  sns.answer = undefined;
  sns.calls.length = 0;
  ingest.time.now = START;
  await ingest.published();
});
afterAll(() => ingest.stop());

const TYPE = 'text/plain; charset=UTF-8';
let sent = 0;
/** Each has an id of its own unless the test gives one. */
const fresh = (fields: Envelope = {}, version?: string) => {
  sent += 1;
  return notification({ MessageId: `message-${sent}`, ...fields }, version);
};
const post = (envelope: Envelope, { source = 'orders', app = ingest.app, type = TYPE } = {}) =>
  postHook({ ...ingest, app }, source, JSON.stringify(envelope), { headers: { 'content-type': type } });
const statusOf = async (envelope: Envelope, options = {}) => (await post(envelope, options)).statusCode;
/** A replica that has no certificate yet. */
const newcomer = async () => ({ app: (await ingest.replica()).app });

describe('a notification of SNS', () => {
  it.each(['1', '2'])('of signature version %s becomes an event', async (version) => {
    expect(await statusOf(fresh({ Subject: 'Sold' }, version))).toBe(202);
    expect(await ingest.published()).toMatchObject([
      { type: 'order.placed', stream: 'prospect/p-1', data: { order: 'o-1', subject: 'Sold' } },
    ]);
  });

  it('is read whatever type of JSON it comes as, and whatever its message holds', async () => {
    const Message = JSON.stringify({ customer: 'Zoë', order: 'a\nb\u2028' }, null, 2);
    for (const type of [TYPE, 'text/plain', 'application/json'])
      expect(await statusOf(fresh({ Message }), { type })).toBe(202);
    expect(await ingest.published()).toHaveLength(3);
  });

  it('sent again has the id of its MessageId, whatever the header says', async () => {
    const message = fresh();
    const ids = [];
    for (const id of ['a', 'b']) {
      const headers = { 'content-type': TYPE, 'x-amz-sns-message-id': id };
      const body = JSON.stringify({ ...message, UnsubscribeURL: id });
      ids.push((await postHook(ingest, 'orders', body, { headers })).json().ids);
    }
    expect(ids[1]).toEqual(ids[0]);
    expect((await post(fresh())).json().ids).not.toEqual(ids[0]);
  });

  it.each([
    ['an altered message', { ...notification(), Message: '{"customer":"p-2"}' }],
    ['an added subject', { ...notification(), Subject: 'x' }],
    ['another id', { ...notification(), MessageId: 'x' }],
    ['another version than it is signed by', { ...notification(), SignatureVersion: '2' }],
    ['no signature', { ...notification(), Signature: '' }],
    [
      'a signature of something else',
      { ...notification(), Signature: notification({ Message: 'x' }).Signature },
    ],
    ['a certificate of another host', notification({ SigningCertURL: 'https://evil.example/a.pem' })],
    [
      'a certificate of another region',
      notification({ SigningCertURL: CERTIFICATE_URL.replace('eu', 'us') }),
    ],
    [
      'a certificate that SNS does not have',
      notification({ SigningCertURL: CERTIFICATE_URL.replace('0a', 'ff') }),
    ],
    ['another topic', notification({ TopicArn: TOPIC.replace('orders', 'others') })],
    ['the topic of another account', notification({ TopicArn: TOPIC.replace('1234', '9999') })],
    ['a timestamp without its zone', notification({ Timestamp: '2026-01-31T09:00:00' })],
  ])('with %s is answered as an unknown source', async (_what, envelope) => {
    const { statusCode, body } = await post(envelope);
    expect([statusCode, body]).toEqual([401, (await post(envelope, { source: 'nobody' })).body]);
    expect(await ingest.published()).toEqual([]);
  });

  it('that cannot be read is answered as an unknown source', async () => {
    for (const type of [TYPE, 'text/html', 'application/x-www-form-urlencoded'])
      for (const body of ['{', '[]', '"x"', '', '\ufffe', 'hello'])
        expect(
          (await postHook(ingest, 'orders', body, { headers: { 'content-type': type } })).statusCode,
        ).toBe(401);
  });

  it('makes us fetch nothing that is not a certificate of an allowed topic', async () => {
    const { app } = await newcomer();
    for (const envelope of [
      fresh({ SigningCertURL: 'https://169.254.169.254/a.pem' }),
      fresh({ TopicArn: TOPIC.replace('orders', 'others') }),
      fresh({ Timestamp: '2026-01-30T09:00:00.000Z' }),
    ])
      expect(await statusOf(envelope, { app })).toBe(401);
    expect(sns.calls).toEqual([]);
  });

  it('holds for an hour and a little, or for the tolerance of the source', async () => {
    const verify = { scheme: 'sns', topicArn: TOPIC, tolerance: 60 };
    await putSource(ingest, 'strict', { verify, map });
    const after = async (seconds: number, source = 'orders') => {
      ingest.time.now = START + seconds * 1_000;
      return statusOf(fresh(), { source });
    };
    expect([await after(3_900), await after(3_901), await after(-300), await after(-301)]).toEqual([
      202, 401, 202, 401,
    ]);
    expect([await after(60, 'strict'), await after(61, 'strict')]).toEqual([202, 401]);
  });

  it('may come from any topic of a list, each with the certificates of its region', async () => {
    const topicArn = [TOPIC, 'arn:aws-cn:sns:cn-north-1:123456789012:orders'];
    await putSource(ingest, 'list', { verify: { scheme: 'sns', topicArn }, map });
    const SigningCertURL = 'https://sns.cn-north-1.amazonaws.com.cn/a.pem';
    sns.answer = (url) => (url === SigningCertURL ? { status: 200, text: CERTIFICATE } : undefined);
    expect(await statusOf(fresh(), { source: 'list' })).toBe(202);
    expect(await statusOf(fresh({ TopicArn: topicArn[1], SigningCertURL }), { source: 'list' })).toBe(202);
    expect(await statusOf(fresh({ TopicArn: topicArn[1] }), { source: 'list' })).toBe(401);
  });

  it('is to come again while the certificate cannot be fetched', async () => {
    const replica = await newcomer();
    const message = fresh();
    sns.answer = () => ({ status: 500, text: '' });
    const response = await post(message, replica);
    expect([response.statusCode, response.json().code]).toEqual([503, 'certificate']);
    expect(response.headers['retry-after']).toBeDefined();
    sns.answer = () => {
      throw new Error('no route');
    };
    expect(await statusOf(message, replica)).toBe(503);
    sns.answer = undefined;
    expect(await statusOf(message, replica)).toBe(202);
  });
});

describe('a confirmation of SNS', () => {
  it('is confirmed at SNS, answered 200, and is no event', async () => {
    const response = await post(confirmation());
    expect([response.statusCode, response.body]).toEqual([200, '']);
    expect(sns.calls.filter((url) => url !== CERTIFICATE_URL)).toEqual([SUBSCRIBE_URL]);
    expect(await ingest.published()).toEqual([]);
    expect(ingest.logged()).not.toContain('t0ken');
  });

  it.each([
    ['answers 400', () => ({ status: 400, text: '' })],
    ['answers 500', () => ({ status: 500, text: '' })],
    ['redirects', () => ({ status: 302, text: '' })],
    [
      'cannot be reached',
      () => {
        throw new Error('no route');
      },
    ],
  ])('is asked for again when SNS %s', async (_what, answer) => {
    sns.answer = (url) => (url === SUBSCRIBE_URL ? answer() : undefined);
    const response = await post(confirmation());
    expect([response.statusCode, response.json().code]).toEqual([503, 'not_confirmed']);
    sns.answer = undefined;
    expect(await statusOf(confirmation())).toBe(200);
  });

  it.each([
    ['of another topic', confirmation({ TopicArn: TOPIC.replace('orders', 'others') })],
    ['not signed', { ...confirmation(), Token: 'other' }],
    ['made of a notification', { ...confirmation(), Type: 'Notification' }],
    ['long past', confirmation({ Timestamp: '2026-01-29T09:00:00.000Z' })],
  ])('that is %s confirms nothing', async (_what, envelope) => {
    expect(await statusOf(envelope)).toBe(401);
    expect(sns.calls.filter((url) => url !== CERTIFICATE_URL)).toEqual([]);
  });

  it('never leads anywhere but to SNS, however it is signed', async () => {
    for (const SubscribeURL of [
      'https://169.254.169.254/',
      SUBSCRIBE_URL.replace('ConfirmSubscription', 'Publish'),
    ])
      expect(await statusOf(confirmation({ SubscribeURL }))).toBe(503);
    expect(sns.calls.filter((url) => url !== CERTIFICATE_URL)).toEqual([]);
  });

  it('of the end of a subscription is answered 200, logged, and not undone', async () => {
    expect(await statusOf(confirmation({ Type: 'UnsubscribeConfirmation' }))).toBe(200);
    expect(sns.calls.filter((url) => url !== CERTIFICATE_URL)).toEqual([]);
    expect(ingest.logged()).toContain('has ended');
    expect(await ingest.published()).toEqual([]);
  });
});

describe('what AWS sends by SNS', () => {
  const verify = { scheme: 'sns', topicArn: TOPIC };

  it('of S3 is an event for each record, and none for its test', async () => {
    await putSource(ingest, 's3', {
      verify,
      map: {
        each: 'json(body.Message).Records == null ? [] : json(body.Message).Records',
        type: '"s3." + item.eventName.lowerAscii().split(":").join(".")',
        prospectId: 'item.s3.object.key.split("/")[1]',
        occurredAt: 'item.eventTime',
        data: '{"key": item.s3.object.key}',
      },
    });
    const record = (key: string) => ({
      eventTime: '2026-01-31T08:59:58.000Z',
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'contracts' }, object: { key, size: 1 } },
    });
    const Records = ['customers/p-1/a.pdf', 'customers/p-2/b.pdf'].map(record);
    const message = (value: object) =>
      fresh({ Message: JSON.stringify(value), Subject: 'Amazon S3 Notification' });
    expect(await statusOf(message({ Records }), { source: 's3' })).toBe(202);
    const events = await ingest.published();
    expect(events.map(({ type, stream }) => [type, stream])).toEqual([
      ['s3.objectcreated.put', 'prospect/p-1'],
      ['s3.objectcreated.put', 'prospect/p-2'],
    ]);
    const test = await post(message({ Service: 'Amazon S3', Event: 's3:TestEvent' }), { source: 's3' });
    expect([test.statusCode, test.json().accepted]).toEqual([202, 0]);
  });

  it('of SES is an event about whom its tag names', async () => {
    await putSource(ingest, 'ses', {
      verify,
      map: {
        type: '"ses." + json(body.Message).eventType.lowerAscii().split(" ").join("-")',
        prospectId: 'json(body.Message).mail.tags.prospect[0]',
        occurredAt: 'body.Timestamp',
        data: '{"mail": json(body.Message).mail.messageId}',
      },
    });
    const mail = { messageId: 'm-1', tags: { prospect: ['p-7'] } };
    const Message = JSON.stringify({ eventType: 'Rendering Failure', mail });
    expect(await statusOf(fresh({ Message }), { source: 'ses' })).toBe(202);
    expect(await ingest.published()).toMatchObject([
      { type: 'ses.rendering-failure', stream: 'prospect/p-7', data: { mail: 'm-1' } },
    ]);
  });
});

describe('a source of SNS', () => {
  const put = async (verify: object, rest: object = {}) => {
    const response = await ingest.app.inject({
      method: 'PUT',
      url: '/v1/sources/tried',
      headers: { authorization: 'Bearer acme-key' },
      payload: { verify, map, ...rest },
    });
    const errors = response.json().errors as { path: string }[] | undefined;
    return [response.statusCode, errors?.[0]?.path];
  };

  it('keeps its topic, or topics, as they are written', async () => {
    for (const topicArn of [TOPIC, [TOPIC, `${TOPIC}-2`]]) {
      await put({ scheme: 'sns', topicArn }, { handshake: { kind: 'sns' } });
      const headers = { authorization: 'Bearer acme-key' };
      const { verify } = (await ingest.app.inject({ url: '/v1/sources/tried', headers })).json();
      expect(verify).toEqual({ scheme: 'sns', topicArn });
    }
  });

  it('needs its topic, and nothing of other schemes', async () => {
    expect(await put({ scheme: 'sns' })).toEqual([422, '/verify/topicArn']);
    expect(await put({ scheme: 'sns', topicArn: TOPIC, secret: 'x' })).toEqual([422, '/verify/secret']);
    expect(await put({ scheme: 'sns', topicArn: TOPIC, header: 'x' })).toEqual([422, '/verify/header']);
    expect(await put({ scheme: 'none', topicArn: TOPIC })).toEqual([422, '/verify/topicArn']);
    expect(await put({ scheme: 'none' }, { handshake: { kind: 'sns' } })).toEqual([422, '/handshake/kind']);
    for (const topicArn of [
      [],
      '*',
      `${TOPIC}.fifo`,
      [TOPIC, 'x'],
      'arn:aws:sns:s3-eu-west-1:123456789012:t',
    ])
      expect((await put({ scheme: 'sns', topicArn }))[0]).toBe(400);
  });

  it('signs as the documentation says, so a body signed by another key does not hold', async () => {
    const { Signature, ...unsigned } = fresh();
    expect(
      await statusOf({
        ...unsigned,
        Signature: String(Signature).replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
      }),
    ).toBe(401);
    expect(await statusOf(signedBySns(unsigned))).toBe(202);
  });
});
