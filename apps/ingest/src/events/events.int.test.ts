import { deriveId } from '@herald/domain';
import { CloudEvent, HTTP } from 'cloudevents';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startIngest, type TestIngest } from '../testing/start-ingest.ts';

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
});
afterEach(async () => {
  ingest.faults.publish = false;
  ingest.faults.store = false;
  await ingest.published();
});
afterAll(() => ingest.stop());

type Headers = Record<string, string>;

const post = (payload: unknown, headers: Headers = {}) =>
  ingest.app.inject({
    method: 'POST',
    url: '/v1/events',
    headers: { authorization: 'Bearer acme-key', 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });

const good = { type: 'trial.started', prospectId: 'p-1' };
const pathsOf = (response: { json(): { errors: { path: string }[] } }): string[] =>
  response.json().errors.map(({ path }) => path);
const rejected = async (reason: string): Promise<number> => {
  const { values } = await ingest.metrics.eventsRejected.get();
  return values.find(({ labels }) => labels.reason === reason)?.value ?? 0;
};

describe('a CloudEvent of another system', () => {
  const attributes = {
    'ce-specversion': '1.0',
    'ce-id': 'blob-1',
    'ce-source': '/subscriptions/1/blobs',
    'ce-type': 'Microsoft.Storage.BlobCreated',
    'ce-subject': 'p%201',
  };

  it('in binary mode may use any name for JSON', async () => {
    for (const type of [
      'application/vnd.acme+json',
      'application/vnd.acme.v1+json; charset=utf-8',
      'text/json',
    ]) {
      const response = await post({ size: 0, none: null }, { ...attributes, 'content-type': type });
      expect([type, response.statusCode]).toEqual([type, 202]);
    }
    const [event] = await ingest.published();
    expect(event).toMatchObject({
      type: 'microsoft.storage.blobcreated',
      stream: 'prospect/p 1',
      data: { size: 0, none: null },
    });
  });

  it('is another event than one of the same id from another source', async () => {
    const first = (await post({}, attributes)).json().ids;
    const other = (await post({}, { ...attributes, 'ce-source': '/subscriptions/2/blobs' })).json().ids;
    expect(first).not.toEqual(other);
  });

  it('that is not one, under such a name, is 415, and the answer says what is accepted', async () => {
    const response = await post(good, { 'content-type': 'application/vnd.acme+json' });
    expect([response.statusCode, response.json().detail]).toEqual([
      415,
      expect.stringContaining('application/json, application/cloudevents+json'),
    ]);
  });

  it('cannot forge what only Herald records', async () => {
    expect((await post({}, { ...attributes, 'ce-type': 'Email.Sent' })).statusCode).toBe(400);
  });
});

describe('POST /v1/events', () => {
  it('publishes one event, in the workspace of the key, and answers with its id', async () => {
    const event = { id: 'e-1', ...good, occurredAt: '2026-01-31T08:00:00+01:00', data: { plan: 'pro' } };
    const response = await post(event, {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect([response.statusCode, response.json()]).toEqual([202, { accepted: 1, ids: ['e-1'] }]);
    expect(await ingest.published()).toEqual([
      {
        workspace: 'acme',
        id: 'e-1',
        stream: 'prospect/p-1',
        type: 'trial.started',
        occurredAt: Date.UTC(2026, 0, 31, 7),
        receivedAt: ingest.time.now,
        source: 'api',
        data: { plan: 'pro' },
        schema: 1,
        correlationId: 'e-1',
        depth: 0,
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    ]);
  });

  it('gives each event its place in the request, over several envelopes, and no place to an event that came alone', async () => {
    const list = Array.from({ length: 250 }, (_, n) => ({ ...good, id: `place-${n}` }));
    await post(list);
    const published = await ingest.published();
    expect(published.map(({ position = 0 }) => position)).toEqual(list.map((_, n) => n));
    expect(new Set(published.map(({ request }) => request))).toEqual(new Set(['place-0']));
    ingest.time.now += 1;
    await post({ ...good, id: 'alone' });
    expect((await ingest.published())[0]).not.toHaveProperty('request');
  });

  it('puts events of one millisecond in the order of their arrival', async () => {
    ingest.time.now += 1;
    await post([good, { ...good, type: 'trial.ended' }]);
    await post({ ...good, type: 'trial.renewed' });
    const last = (await ingest.published()).at(-1);
    expect(last).toMatchObject({ type: 'trial.renewed', position: 1 });
  });

  it('publishes a list of a thousand in its order, and counts them', async () => {
    const accepted = async () => (await ingest.metrics.eventsAccepted.get()).values[0]?.value ?? 0;
    const before = await accepted();
    const ids = Array.from({ length: 1_000 }, (_, n) => `e-${n}`);
    const response = await post(ids.map((id) => ({ id, ...good })));
    expect([response.statusCode, response.json()]).toEqual([202, { accepted: 1_000, ids }]);
    expect((await ingest.published()).map(({ id }) => id)).toEqual(ids);
    expect(await accepted()).toBe(before + 1_000);
  });

  it('does not pass on an invalid trace context', async () => {
    await post(good, { traceparent: '00-00000000000000000000000000000000-b7ad6b7169203331-01' });
    expect((await ingest.published())[0]).not.toHaveProperty('traceparent');
  });

  it('publishes nothing of a list with a bad item, and names each', async () => {
    const before = await rejected('invalid');
    const items = [
      good,
      { ...good, type: 'nope' },
      good,
      { ...good, type: 'email.sent', data: { a: 1 }, x: 1 },
      5,
    ];
    const response = await post(items);
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(pathsOf(response)).toEqual(['/1/type', '/3/x', '/4']);
    expect(await ingest.published()).toEqual([]);
    expect(await rejected('invalid')).toBe(before + 1);
  });

  it.each([
    ['an empty list', []],
    ['a list of 1,001', Array.from({ length: 1_001 }, () => good)],
    ['a number', 1],
    ['null', null],
    ['a list in a list', [[good]]],
  ])('refuses %s', async (_title, payload) => {
    expect((await post(payload)).statusCode).toBe(400);
    expect(await ingest.published()).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a cut-off text', '{"type":"a.b","prospectId":"p"'],
    ['a byte order mark', '\ufeff{"type":"a.b","prospectId":"p"}'],
    ['NaN', '{"type":"a.b","prospectId":"p","data":{"a":NaN}}'],
    ['a name twice', '{"type":"a.b","prospectId":"p","prospectId":"q"}'],
    ['half a character', '{"type":"a.b","prospectId":"p","data":{"a":"\\ud800"}}'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a key __proto__', '{"type":"a.b","prospectId":"p","data":{"__proto__":{"x":1}}}'],
    ['a key constructor', '{"type":"a.b","prospectId":"p","data":{"constructor":1}}'],
    ['a hundred thousand levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    [
      'half a million names',
      `{"type":"a.b","prospectId":"p","data":{${Array.from({ length: 90_000 }, (_, n) => `"${n}":1`).join()}}}`,
    ],
  ])('refuses %s', async (_title, payload) => {
    const response = await post(payload);
    expect([response.statusCode, response.headers['content-type']]).toEqual([
      400,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(await ingest.published()).toEqual([]);
  });

  it('refuses a body of a byte over 1 MiB, and no other', async () => {
    const frame = '{"type":"a.b","prospectId":"p"}';
    const sized = (bytes: number) => ' '.repeat(bytes - frame.length) + frame;
    expect((await post(sized(1_048_576))).statusCode).toBe(202);
    expect((await post(sized(1_048_577))).statusCode).toBe(413);
  });

  it.each(['text/plain', 'application/xml', 'application/cloudevents+avro', 'application/jsonx', ''])(
    'refuses the content type %j',
    async (type) => {
      expect((await post(good, { 'content-type': type })).statusCode).toBe(415);
      expect(await ingest.published()).toEqual([]);
    },
  );

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;x=y'])(
    'accepts the content type %j, with every rule',
    async (type) => {
      expect((await post(good, { 'content-type': type })).statusCode).toBe(202);
      expect((await post({ ...good, type: 'x' }, { 'content-type': type })).statusCode).toBe(400);
    },
  );

  it('needs a key, and the scope', async () => {
    expect((await post(good, { authorization: '' })).statusCode).toBe(401);
    expect((await post(good, { authorization: 'Bearer nobody' })).statusCode).toBe(401);
    expect((await post(good, { authorization: 'Bearer idle-key' })).statusCode).toBe(403);
    expect(await ingest.published()).toEqual([]);
  });

  it('answers 503 when the broker does not confirm, and says when to retry', async () => {
    ingest.faults.publish = true;
    const before = await ingest.metrics.eventsAccepted.get();
    const response = await post([good, good]);
    expect([response.statusCode, response.headers['retry-after'], response.json().code]).toEqual([
      503,
      '5',
      'not_durable',
    ]);
    expect(await ingest.metrics.eventsAccepted.get()).toEqual(before);
    ingest.faults.publish = false;
    expect((await post([good, good])).statusCode).toBe(202);
  });

  it('works while the store is down', async () => {
    ingest.faults.store = true;
    expect((await post(good)).statusCode).toBe(202);
  });
});

describe('ids of events', () => {
  it('are the same for every retry under one Idempotency-Key, also in parallel', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        post([good, { ...good, prospectId: 'p-2' }], { 'idempotency-key': 'k-1' }),
      ),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    const ids = new Set((await ingest.published()).map(({ id }) => id));
    expect(ids.size).toBe(2);
    expect([...ids]).toEqual(answers[0]?.json().ids);
  });

  it('are fresh without one', async () => {
    const [first, second] = [await post(good), await post(good)];
    expect(first?.json().ids).not.toEqual(second?.json().ids);
  });

  it('refuse a key that could not be an id', async () => {
    for (const key of ['', 'x'.repeat(201)])
      expect((await post(good, { 'idempotency-key': key })).statusCode).toBe(400);
  });

  it('twice in a request are one event, or a fault if the events differ', async () => {
    const same = await post([
      { id: 'd', ...good },
      { id: 'd', ...good },
      { id: 'e', ...good },
    ]);
    expect([same.statusCode, same.json()]).toEqual([202, { accepted: 2, ids: ['d', 'e'] }]);
    expect(await ingest.published()).toHaveLength(2);
    const other = await post([
      { id: 'd', ...good },
      { id: 'd', ...good, data: { a: 1 } },
    ]);
    expect([other.statusCode, pathsOf(other)]).toEqual([400, ['/1/id']]);
    expect(await ingest.published()).toEqual([]);
  });
});

describe('CloudEvents', () => {
  const attributes = { specversion: '1.0', id: 'c-1', source: '/shop', type: 'order.placed', subject: 'p-9' };
  const id = deriveId('cloudevent', '/shop', 'c-1');
  const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
  const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

  it('are the same event in structured, batch and binary mode', async () => {
    const event = new CloudEvent({ ...attributes, time: '2026-01-31T08:00:00Z', data: { total: 5 } });
    const binary = HTTP.binary(event);
    const answers = [
      await post(event.toString(), STRUCTURED),
      await post([JSON.parse(event.toString())], BATCH),
      await post(
        String(binary.body),
        Object.fromEntries(Object.entries(binary.headers).map(([k, v]) => [k, String(v)])),
      ),
    ];
    expect(answers.map((answer) => [answer.statusCode, answer.json()])).toEqual(
      Array.from({ length: 3 }, () => [202, { accepted: 1, ids: [id] }]),
    );
    const published = await ingest.published();
    expect(published).toHaveLength(3);
    for (const each of published)
      expect(each).toMatchObject({
        id,
        stream: 'prospect/p-9',
        type: 'order.placed',
        source: 'api',
        data: { total: 5 },
      });
  });

  it('may come without data, in binary mode without a body', async () => {
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]),
    );
    const response = await ingest.app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { authorization: 'Bearer acme-key', ...headers },
    });
    expect(response.statusCode).toBe(202);
    expect((await ingest.published())[0]).toMatchObject({ id, data: {} });
  });

  it('are refused by their own names', async () => {
    const { subject, ...nobody } = attributes;
    expect(subject).toBe('p-9');
    expect(pathsOf(await post([attributes, { ...nobody, time: 'now' }], BATCH))).toEqual([
      '/1/subject',
      '/1/time',
    ]);
    expect(pathsOf(await post({ ...attributes, specversion: '0.3' }, STRUCTURED))).toEqual(['/specversion']);
    expect(pathsOf(await post({ ...attributes, type: 'email.sent' }, STRUCTURED))).toEqual(['/type']);
    expect(pathsOf(await post({ total: 5 }, { 'ce-id': 'x', 'ce-specversion': '1.0' }))).toEqual([
      '/source',
      '/type',
      '/subject',
    ]);
    expect(await ingest.published()).toEqual([]);
  });

  it('come one as structured and many as a batch', async () => {
    expect((await post([attributes], STRUCTURED)).statusCode).toBe(400);
    expect((await post(attributes, BATCH)).statusCode).toBe(400);
  });
});
