import { changeMessage, collections } from '@herald/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PUBLIC_URL, startIngest, type TestIngest } from '../testing/start-ingest.ts';

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
  await ingest.writeSecret('acme', 'shared', 'a secret of acme');
  await ingest.writeSecret('acme', 'blank', ' \n\n');
  await ingest.writeSecret('globex', 'theirs', 'a secret of globex');
});
afterEach(async () => {
  ingest.faults.publish = false;
  ingest.faults.store = false;
  await ingest.published();
});
afterAll(() => ingest.stop());

interface Call {
  readonly key?: string;
  readonly app?: TestIngest['app'];
}
const call = (
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  payload?: object | string,
  { key = 'acme-key', app = ingest.app }: Call = {},
) =>
  app.inject({
    method,
    url: `/v1/sources${path}`,
    headers: {
      authorization: `Bearer ${key}`,
      ...(typeof payload === 'string' && { 'content-type': 'application/yaml' }),
    },
    ...(payload === undefined ? {} : { payload }),
  });
const hook = (source: string, { workspace = 'acme', app = ingest.app } = {}) =>
  app.inject({
    method: 'POST',
    url: `/hooks/${workspace}/${source}`,
    headers: { 'content-type': 'application/json' },
    payload: { type: 'trial.started', user: 'p' },
  });
const open = { verify: { scheme: 'none' }, map: { type: 'body.type', prospectId: 'body.user' } };
const hmac = { scheme: 'hmac', secret: 'shared' };
const other = { ...open, map: { ...open.map, prospectId: '"somebody else"' } };
const mapped = async (source: string, app = ingest.app): Promise<string | number> => {
  const response = await hook(source, { app });
  if (response.statusCode !== 202) return response.statusCode;
  const { ids } = response.json();
  return (await ingest.published()).find(({ id }) => ids.includes(id))?.stream ?? 'nothing';
};

describe('PUT /v1/sources/:id', () => {
  it('stores a source and answers with it, its version and the address of its hook', async () => {
    const source = {
      name: 'The shop',
      verify: { scheme: 'hmac-sha256', secret: 'shared', header: 'X-Shop-Hmac' },
      map: { ...open.map, skip: 'body.test == true' },
    };
    const response = await call('PUT', '/shop', source);
    const resource = {
      id: 'shop',
      ...source,
      verify: { ...source.verify, header: 'x-shop-hmac' },
      version: 1,
      changedAt: '2026-01-31T09:00:00.000Z',
      url: `${PUBLIC_URL}/hooks/acme/shop`,
    };
    expect([response.statusCode, response.json()]).toEqual([201, resource]);
    const read = await call('GET', '/shop');
    expect([read.statusCode, read.json()]).toEqual([200, resource]);
  });

  it('is idempotent: the same content again keeps its version, other content has the next', async () => {
    const answers = [];
    for (const source of [open, { map: open.map, verify: open.verify }, other, open]) {
      const response = await call('PUT', '/again', source);
      answers.push([response.statusCode, response.json().version]);
    }
    expect(answers).toEqual([
      [201, 1],
      [200, 1],
      [200, 2],
      [200, 3],
    ]);
  });

  it('takes effect for webhooks before it answers', async () => {
    expect(await mapped('fresh')).toBe(401);
    await call('PUT', '/fresh', open);
    expect(await mapped('fresh')).toBe('prospect/p');
    await call('PUT', '/fresh', other);
    expect(await mapped('fresh')).toBe('prospect/somebody else');
    await call('DELETE', '/fresh');
    expect(await mapped('fresh')).toBe(401);
  });

  it('called many times at once ends with one of the contents, everywhere', async () => {
    const sources = Array.from({ length: 10 }, (_, n) => ({ ...open, name: `name ${n}` }));
    const answers = await Promise.all(sources.map((source) => call('PUT', '/race', source)));
    for (const { statusCode } of answers) expect([200, 201, 409]).toContain(statusCode);
    const versions = answers
      .filter(({ statusCode }) => statusCode < 300)
      .map((answer) => answer.json().version);
    expect(new Set(versions).size).toBe(versions.length);
    expect((await call('GET', '/race')).json().version).toBe(Math.max(...versions));
  });

  it('takes YAML, and says where in it the mistake in an expression is', async () => {
    const good = 'verify: { scheme: none }\nmap:\n  type: \'"a.b"\'\n  prospectId: body.id\n';
    const written = await call('PUT', '/written', good);
    expect([written.statusCode, written.json().map]).toEqual([201, { type: '"a.b"', prospectId: 'body.id' }]);
    const bad =
      'verify: { scheme: none }\nmap:\n  type: |\n    "a.b" +\n      body.\n  prospectId: person.id\n';
    const wrong = await call('PUT', '/wrong', bad);
    expect([wrong.statusCode, wrong.json().code]).toEqual([422, 'invalid_source']);
    expect(wrong.json().errors).toEqual([
      { path: '/map/type', message: expect.stringMatching(/^line [56], column \d+: /) },
      { path: '/map/prospectId', message: expect.stringMatching(/^line 6, column 15: .*person/) },
    ]);
  });

  it('says where in an expression the mistake is', async () => {
    const map = { type: '"a.b" +\n  body.', prospectId: 'person.id', skip: 'body.a ==' };
    const response = await call('PUT', '/wrong', { ...open, map });
    expect([response.statusCode, response.json().code]).toEqual([422, 'invalid_source']);
    expect(response.json().errors).toEqual([
      { path: '/map/skip', message: expect.stringMatching(/^line 1, column 10: /) },
      { path: '/map/type', message: expect.stringMatching(/^line 2, column 8: /) },
      { path: '/map/prospectId', message: expect.stringMatching(/^line 1, column 1: .*person/) },
    ]);
    expect((await call('GET', '/wrong')).statusCode).toBe(404);
  });

  it.each([
    ['a secret that is not there', { scheme: 'github', secret: 'absent' }, '/verify/secret'],
    ['a secret that is blank', { scheme: 'bearer', secret: 'blank' }, '/verify/secret'],
    ['a secret of another workspace', { scheme: 'github', secret: 'theirs' }, '/verify/secret'],
    ['no secret', { scheme: 'hmac-sha256' }, '/verify/secret'],
    ['a secret it does not need', { scheme: 'none', secret: 'shared' }, '/verify/secret'],
    ['a key that is not base64', { scheme: 'standard-webhooks', secret: 'shared' }, '/verify/secret'],
    ['a template of what it does not know', { ...hmac, signed: '{body}{nonce}' }, '/verify/signed'],
    ['a signature that leaves out the body', { ...hmac, signed: '{url}' }, '/verify/signed'],
    ['a timestamp that is not signed', { ...hmac, timestampHeader: 'x-at' }, '/verify/signed'],
    ['a signed timestamp without a place', { ...hmac, signed: '{timestamp}{body}' }, '/verify/signed'],
    ['a tolerance where no time is signed', { ...hmac, tolerance: 5 }, '/verify/tolerance'],
    ['a key that is not hexadecimal', { ...hmac, secretEncoding: 'hex' }, '/verify/secret'],
    ['a password without its user', { scheme: 'basic', secret: 'shared' }, '/verify/secret'],
    [
      'an algorithm where there is no choice',
      { scheme: 'slack', secret: 'shared', algorithm: 'sha1' },
      '/verify/algorithm',
    ],
    [
      'a header where there is no choice',
      { scheme: 'github', secret: 'shared', header: 'x' },
      '/verify/header',
    ],
    [
      'a tolerance without a timestamp',
      { scheme: 'github', secret: 'shared', tolerance: 5 },
      '/verify/tolerance',
    ],
  ])('refuses %s', async (_title, verify, path) => {
    const response = await call('PUT', '/wrong', { ...open, verify });
    expect([
      response.statusCode,
      response.json().errors.map((fault: { path: string }) => fault.path),
    ]).toEqual([422, [path]]);
    expect(response.body).not.toContain('a secret of');
  });

  it.each([
    ['an unknown scheme', { ...open, verify: { scheme: 'magic' } }],
    [
      'a secret’s name that leads elsewhere',
      { ...open, verify: { scheme: 'github', secret: '../globex.theirs' } },
    ],
    ['an unknown field', { ...open, workspace: 'globex' }],
    ['no map', { verify: open.verify }],
    ['an empty expression', { ...open, map: { ...open.map, type: '' } }],
    [
      'a header with a line break',
      { ...open, verify: { scheme: 'bearer', secret: 'shared', header: 'a\r\nb' } },
    ],
  ])('refuses %s', async (_title, source) => {
    expect((await call('PUT', '/wrong', source)).statusCode).toBe(400);
  });

  it.each(['UPPER', 'a.b', 'a%2fb', '-a', 'x'.repeat(64), '__proto__', '%00'])(
    'refuses the id %s',
    async (id) => {
      expect((await call('PUT', `/${id}`, open)).statusCode).toBe(400);
    },
  );

  it('that cannot be announced is stored all the same, and other replicas get it once it can', async () => {
    const { app } = await ingest.replica();
    ingest.faults.publish = true;
    expect((await call('PUT', '/late', open)).statusCode).toBe(201);
    ingest.faults.publish = false;
    expect((await hook('late')).statusCode).toBe(202);
    expect((await hook('late', { app })).statusCode).toBe(401);
    await vi.waitFor(async () => expect((await hook('late', { app })).statusCode).toBe(202), {
      timeout: 20_000,
    });
  });
});

describe('GET and DELETE /v1/sources', () => {
  it('list the sources by pages', async () => {
    for (const id of ['list-a', 'list-b', 'list-c']) await call('PUT', `/${id}`, open, { key: 'globex-key' });
    const first = await call('GET', '?limit=2', undefined, { key: 'globex-key' });
    const second = await call('GET', `?limit=2&cursor=${first.json().nextCursor}`, undefined, {
      key: 'globex-key',
    });
    const ids = [...first.json().items, ...second.json().items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(['list-a', 'list-b', 'list-c']);
    expect(second.json()).not.toHaveProperty('nextCursor');
    expect((await call('GET', '?cursor=bogus')).statusCode).toBe(400);
    expect((await call('GET', '?limit=0')).statusCode).toBe(400);
  });

  it('remove a source, once', async () => {
    await call('PUT', '/gone', open);
    const removed = await call('DELETE', '/gone');
    expect([removed.statusCode, removed.body]).toEqual([204, '']);
    expect((await call('DELETE', '/gone')).statusCode).toBe(404);
    expect((await call('GET', '/gone')).statusCode).toBe(404);
    expect((await call('PUT', '/gone', open)).statusCode).toBe(201);
  });

  it('need the scopes', async () => {
    for (const [method, body] of [['GET'], ['PUT', open], ['DELETE']] as const) {
      expect((await call(method, '/scoped', body, { key: 'idle-key' })).statusCode).toBe(403);
      expect((await call(method, '/scoped', body, { key: 'nobody' })).statusCode).toBe(401);
    }
  });
});

describe('two workspaces', () => {
  it('never see, change or remove each other’s sources', async () => {
    const ours = { ...open, name: 'of acme' };
    await call('PUT', '/same', ours);
    const globex = { key: 'globex-key' };
    expect((await call('GET', '/same', undefined, globex)).statusCode).toBe(404);
    expect((await call('DELETE', '/same', undefined, globex)).statusCode).toBe(404);
    expect((await call('PUT', '/same', other, globex)).json()).toMatchObject({
      version: 1,
      url: `${PUBLIC_URL}/hooks/globex/same`,
    });
    expect((await call('GET', '/same')).json()).toMatchObject({ name: 'of acme', version: 1 });
    expect((await call('GET', '?limit=200', undefined, globex)).body).not.toContain('of acme');

    await hook('same');
    await hook('same', { workspace: 'globex' });
    expect((await ingest.published()).map(({ workspace, stream }) => [workspace, stream])).toEqual([
      ['acme', 'prospect/p'],
      ['globex', 'prospect/somebody else'],
    ]);
    await call('DELETE', '/same', undefined, globex);
    expect((await hook('same')).statusCode).toBe(202);
    expect((await hook('same', { workspace: 'globex' })).statusCode).toBe(401);
  });
});

describe('the memory of sources', () => {
  it('has what was stored before the start, and is not ready earlier', async () => {
    await call('PUT', '/kept', open);
    const { app, service } = await ingest.replica();
    expect(await mapped('kept', app)).toBe('prospect/p');
    await expect(service.checks.sources?.()).resolves.toBeUndefined();
  });

  it('follows what other replicas write and remove', async () => {
    const { app } = await ingest.replica();
    await call('PUT', '/followed', open);
    await vi.waitFor(async () => expect(await mapped('followed', app)).toBe('prospect/p'));
    await call('PUT', '/followed', other);
    await vi.waitFor(async () => expect(await mapped('followed', app)).toBe('prospect/somebody else'));
    await call('DELETE', '/followed');
    await vi.waitFor(async () => expect(await mapped('followed', app)).toBe(401));
  });

  it('stands while the store is down, and catches up when it is back', async () => {
    await call('PUT', '/outage', open);
    const sources = ingest.store.collection(collections.sources);
    const stored = await sources.get('acme', 'outage');
    if (stored === undefined) throw new Error('not stored');
    await sources.write([{ doc: { ...stored, version: 2, map: other.map }, ifVersion: 1 }]);
    ingest.faults.store = true;
    await ingest.broker.publish([
      changeMessage({ kind: 'source', workspace: 'acme', id: 'outage', version: 2 }),
    ]);
    await vi.waitFor(() => expect(ingest.logged()).toContain('the ones in memory stand'));
    expect(await mapped('outage')).toBe('prospect/p');
    ingest.faults.store = false;
    await vi.waitFor(async () => expect(await mapped('outage')).toBe('prospect/somebody else'), {
      timeout: 10_000,
    });
  });

  it('keeps the others when one stored source does not compile any more, and logs why', async () => {
    const sources = ingest.store.collection(collections.sources);
    const doc = {
      workspace: 'acme',
      id: 'old',
      version: 1,
      changedAt: 0,
      verify: { scheme: 'none' as const },
      map: { type: 'gone()', prospectId: '"p"' },
    };
    await sources.write([{ doc, ifVersion: null }]);
    const { app } = await ingest.replica();
    expect((await hook('kept', { app })).statusCode).toBe(202);
    const response = await hook('old', { app });
    expect([response.statusCode, response.json().errors[0].path]).toEqual([422, '/map/type']);
  });
});
