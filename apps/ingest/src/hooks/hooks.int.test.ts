import { collections } from '@herald/contracts';
import { deriveId } from '@herald/domain';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HookOptions, hmacHex, postHook, putSource } from '../testing/hooks.ts';
import { startIngest, type TestIngest } from '../testing/start-ingest.ts';

const SECRET = 'a secret shared with the sender';
const map = { type: 'body.type', prospectId: 'body.user' };
const good = '{"type":"trial.started","user":"p-1"}';

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
  await ingest.writeSecret('acme', 'shared', `${SECRET}\n`);
  await put('open', { verify: { scheme: 'none' }, map });
});
afterEach(async () => {
  ingest.faults.publish = false;
  ingest.faults.store = false;
  await ingest.published();
});
afterAll(() => ingest.stop());

const put = (id: string, source: object) => putSource(ingest, id, source);
const hook = (source: string, payload: string | Buffer, options?: HookOptions) =>
  postHook(ingest, source, payload, options);

describe('a webhook', () => {
  it('keeps every digit of its integers: two orders are two events', async () => {
    await put('orders', {
      verify: { scheme: 'none' },
      map: {
        id: 'string(body.id)',
        type: '"order.placed"',
        prospectId: 'body.customer',
        data: '{"order": body.id, "next": body.id + 1, "gap": body.id - body.before}',
      },
    });
    const body = (id: string) => `{"id":${id},"customer":9007199254740993,"before":820982911946154500}`;
    for (const id of ['820982911946154508', '820982911946154509', '820982911946154508'])
      expect((await hook('orders', body(id))).json().ids).toEqual([deriveId('hook', 'orders', id)]);
    const published = await ingest.published();
    expect(published.map(({ stream }) => stream)).toEqual(Array(3).fill('prospect/9007199254740993'));
    expect(published.map(({ data }) => data).slice(0, 2)).toEqual([
      { order: 820982911946154508n, next: 820982911946154509n, gap: 8 },
      { order: 820982911946154509n, next: 820982911946154510n, gap: 9 },
    ]);
  });

  it('has its phone numbers read by the country of the workspace, also one that was set a moment ago', async () => {
    await put('crm', {
      verify: { scheme: 'none' },
      map: {
        type: '"prospect.updated"',
        prospectId: '"p"',
        data: '{"traits": {"phone": body.phone}}',
      },
    });
    const body = '{"phone":"07946 000999"}';
    const refused = await hook('crm', body);
    expect([refused.statusCode, refused.json().errors]).toEqual([
      422,
      [expect.objectContaining({ path: '/map/data/traits/phone' })],
    ]);
    // Nobody announces it: a change may still be on its way to this replica.
    const settings = ingest.store.collection(collections.settings);
    const doc = { workspace: 'acme', id: 'settings', version: 1, country: 'GB', updatedAt: 0 };
    await settings.write([{ doc, ifVersion: null }]);
    expect((await hook('crm', body)).statusCode).toBe(202);
    expect(await ingest.published()).toMatchObject([{ data: { traits: { phone: '+447946000999' } } }]);
  });

  it('becomes an event as its source maps it, with the body as it came beside it', async () => {
    await put('shop', {
      verify: { scheme: 'hmac-sha256', secret: 'shared' },
      map: {
        id: 'body.n',
        type: '"order." + body.status',
        prospectId: 'body.customer.id',
        occurredAt: 'body.at',
        data: '{"total": body.total, "agent": headers["user-agent"], "shop": query.shop}',
      },
    });
    const body = '{"n": 7,  "status":"placed","customer":{"id":42},"at":1769850000,"total":9.5}';
    const response = await hook('shop', body, {
      headers: {
        'x-signature': hmacHex(body, SECRET),
        'user-agent': 'Shop/1',
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      },
      query: '?shop=eu&shop=us',
    });
    const id = deriveId('hook', 'shop', '7');
    expect([response.statusCode, response.json()]).toEqual([202, { accepted: 1, ids: [id] }]);
    expect(await ingest.published()).toEqual([
      {
        workspace: 'acme',
        id,
        stream: 'prospect/42',
        type: 'order.placed',
        occurredAt: 1_769_850_000_000,
        receivedAt: ingest.time.now,
        source: 'hooks/shop',
        data: { total: 9.5, agent: 'Shop/1', shop: 'eu' },
        raw: body,
        schema: 1,
        correlationId: id,
        depth: 0,
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      },
    ]);
  });

  it('may be a form', async () => {
    const response = await hook('open', 'type=form.sent&user=p-2', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(response.statusCode).toBe(202);
    expect(await ingest.published()).toMatchObject([
      { type: 'form.sent', raw: 'type=form.sent&user=p-2', data: {} },
    ]);
  });

  it('may have a field of any name', async () => {
    await put('race', {
      verify: { scheme: 'none' },
      map: { ...map, data: '{"team": body.car.constructor}' },
    });
    const response = await hook(
      'race',
      '{"type":"race.won","user":"p","car":{"constructor":"Ferrari"},"constructor":1}',
    );
    expect(response.statusCode).toBe(202);
    expect(await ingest.published()).toMatchObject([{ data: { team: 'Ferrari' } }]);
  });

  it('may be skipped by its source', async () => {
    await put('picky', { verify: { scheme: 'none' }, map: { ...map, skip: 'body.type == "ping"' } });
    const skipped = await hook('picky', '{"type":"ping"}');
    expect([skipped.statusCode, skipped.json()]).toEqual([202, { accepted: 0, skipped: true }]);
    expect((await hook('picky', good)).json().accepted).toBe(1);
    expect(await ingest.published()).toHaveLength(1);
  });

  it('never brings the sender’s credentials into the event', async () => {
    await put('token', {
      verify: { scheme: 'bearer', header: 'X-Token', secret: 'shared' },
      map: { ...map, data: '{"headers": headers}' },
    });
    const headers = { 'x-token': SECRET, authorization: 'Basic abc', cookie: 'a=b', 'x-kept': 'yes' };
    expect((await hook('token', good, { headers })).statusCode).toBe(202);
    const [event] = await ingest.published();
    expect(event?.data.headers).toMatchObject({ 'x-kept': 'yes' });
    expect(JSON.stringify(event)).not.toMatch(/Basic abc|a=b|a secret shared/);
  });

  it('sent fifty times at once is one event', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => hook('open', good)));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(new Set((await ingest.published()).map(({ id }) => id)).size).toBe(1);
  });

  it('has an id of its own in each source, and for each other body', async () => {
    await put('open-2', { verify: { scheme: 'none' }, map });
    const ids = [await hook('open', good), await hook('open-2', good), await hook('open', `${good} `)].map(
      (response) => response.json().ids[0],
    );
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['no JSON', '{', {}, 400],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400],
    ['a name twice', '{"type":"a.b","type":"c.d","user":"p"}', {}, 400],
    ['a key __proto__', '{"type":"a.b","user":"p","__proto__":{}}', {}, 400],
    ['a hundred thousand levels', '['.repeat(100_000), {}, 400],
    ['XML', '<a/>', { 'content-type': 'application/xml' }, 415],
    ['more than 1 MiB', 'x'.repeat(1_048_577), {}, 413],
  ])('of %s is refused', async (_title, body, headers, status) => {
    expect((await hook('open', body, { headers })).statusCode).toBe(status);
    expect(await ingest.published()).toEqual([]);
  });

  it('is 503 when the broker does not confirm, and none while the store is down', async () => {
    ingest.faults.store = true;
    expect((await hook('open', good)).statusCode).toBe(202);
    ingest.faults.publish = true;
    const response = await hook('open', good);
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
  });
});

describe('a webhook that does not map', () => {
  const faultsFor = async (source: string, body: string) => {
    const response = await hook(source, body);
    expect([response.statusCode, response.json().code]).toEqual([422, 'mapping']);
    expect(await ingest.published()).toEqual([]);
    const { errors } = response.json() as { errors: { path: string; message: string }[] };
    return errors;
  };

  it('names each expression that failed and why', async () => {
    await put('failing', {
      verify: { scheme: 'none' },
      map: { type: '"a." + body.n', prospectId: 'body.list[5]', occurredAt: 'body.list[6]' },
    });
    const errors = await faultsFor('failing', '{"n":1,"list":[],"at":1769850000}');
    expect(errors.map(({ path }) => path).sort()).toEqual([
      '/map/occurredAt',
      '/map/prospectId',
      '/map/type',
    ]);
    expect(errors.find(({ path }) => path === '/map/prospectId')?.message).toContain('body.list[5]');
  });

  it.each([
    ['a missing person', '{"type":"a.b"}', '/map/prospectId'],
    ['a type of one word', '{"type":"ping","user":"p"}', '/map/type'],
    ['a type that only Herald records', '{"type":"email.sent","user":"p"}', '/map/type'],
    ['a person that is an object', '{"type":"a.b","user":{}}', '/map/prospectId'],
    ['a person of spaces', '{"type":"a.b","user":" "}', '/map/prospectId'],
  ])('for %s', async (_title, body, path) => {
    expect((await faultsFor('open', body)).map((fault) => fault.path)).toEqual([path]);
  });

  it.each([
    ['"x"', '/map/data'],
    ['{"traits": {"timezone": "PST"}}', '/map/data/traits/timezone'],
    ['{"traits": {"email": "a@b.example, c@d.example"}}', '/map/data/traits/email'],
    ['{"user": body.user}', '/map/data/user'],
    ['{"seen": body.object}', '/map/data/seen/constructor'],
  ])('for the data %s', async (data, path) => {
    await put('data', {
      verify: { scheme: 'none' },
      map: { type: '"prospect.updated"', prospectId: '"p"', data },
    });
    expect(
      (await faultsFor('data', '{"user":1,"object":{"constructor":1}}')).map((fault) => fault.path),
    ).toContain(path);
  });

  it.each([
    '"2026-02-30T00:00:00Z"',
    '"2026-01-31T09:00:00"',
    '"1/31/2026"',
    '0',
    '1769850000000000',
    'true',
  ])('for the time %s', async (at) => {
    await put('timed', {
      verify: { scheme: 'none' },
      map: { type: '"a.b"', prospectId: '"p"', occurredAt: 'body.at' },
    });
    expect((await faultsFor('timed', `{"at":${at}}`)).map(({ path }) => path)).toEqual(['/map/occurredAt']);
  });

  it('says so when skip gives no answer', async () => {
    await put('skippy', { verify: { scheme: 'none' }, map: { ...map, skip: 'body.skip' } });
    expect(
      (await faultsFor('skippy', '{"type":"a.b","user":"p","skip":"yes"}')).map(({ path }) => path),
    ).toEqual(['/map/skip']);
  });

  it('leaves nothing of what was sent in the log', async () => {
    await faultsFor('open', '{"type":"a.b","user":{"mail":"ann@private.example"}}');
    expect(ingest.logged()).toContain('a webhook could not be mapped');
    expect(ingest.logged()).not.toContain('ann@private.example');
  });
});
