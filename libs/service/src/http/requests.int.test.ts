import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { as, testHttp } from '../testing/test-http.ts';
import { PageQuery, pageOf } from './pages.ts';

const Step = Type.Union([
  Type.Object({ kind: Type.Literal('wait'), days: Type.Integer() }),
  Type.Object({ kind: Type.Literal('send'), template: Type.String() }),
]);
const Body = Type.Object({
  type: Type.String({ minLength: 1 }),
  count: Type.Optional(Type.Integer({ minimum: 1 })),
  at: Type.Optional(Type.String({ format: 'date-time' })),
  steps: Type.Optional(Type.Array(Step, { maxItems: 2 })),
  colour: Type.Optional(Type.Union([Type.Literal('red'), Type.Literal('blue')])),
  data: Type.Optional(Type.Object({})),
});

async function withRoutes() {
  const test = await testHttp();
  const { app } = test;
  app.post(
    '/things',
    { config: { scope: 'events:write' }, schema: { body: Body } },
    async ({ body }) => body,
  );
  app.get(
    '/things',
    {
      schema: {
        querystring: Type.Object({
          ...PageQuery.properties,
          tag: Type.Optional(Type.Array(Type.String())),
          on: Type.Optional(Type.Boolean()),
        }),
      },
    },
    async ({ query }) => query,
  );
  app.get(
    '/things/:id',
    { schema: { params: Type.Object({ id: Type.Integer() }) } },
    async ({ params }) => params,
  );
  app.get('/fail', async () => {
    throw new Error('hunter2 of bob@mail.example');
  });
  app.get('/cursor', async () => {
    throw Object.assign(new Error('no'), { code: 'invalid_cursor' });
  });
  app.get('/busy', async () => {
    throw new Problem(429, 'too_many', 'Slow down.', {
      retryAfter: 1.2,
      errors: [{ path: '/a', message: 'b' }],
    });
  });
  app.post('/go', async ({ body }) => ({ got: body ?? 'nothing' }));
  const post = (payload: string, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/things',
      payload,
      headers: { 'content-type': 'application/json', ...as('acme'), ...headers },
    });
  return { ...test, post };
}

describe('a body', () => {
  it('is taken as it is when it fits', async () => {
    const { post } = await withRoutes();
    const body = {
      type: 'a',
      count: 2,
      at: '2026-01-01T00:00:00Z',
      steps: [{ kind: 'wait', days: 1 }],
      data: { any: [1] },
    };
    const response = await post(JSON.stringify(body));
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual(body);
  });

  it('has every fault named by its place', async () => {
    const { post } = await withRoutes();
    const steps = [{ kind: 'wait', days: '1', more: 1 }, { kind: 'dance' }, 7];
    const response = await post(
      JSON.stringify({ type: '', count: 2.5, at: 'now', steps, colour: 'green', typ: 1 }),
    );
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toContain('application/problem+json');
    const { errors, ...rest } = response.json();
    expect(errors).toEqual(
      expect.arrayContaining([
        { path: '/typ', message: 'is not known here' },
        { path: '/type', message: 'must not be empty' },
        { path: '/count', message: 'must be a whole number' },
        { path: '/at', message: 'must be a date and time with an offset, such as 2026-01-31T09:30:00Z' },
        { path: '/steps', message: 'must have at most 2 items' },
        { path: '/steps/0/days', message: 'must be a whole number' },
        { path: '/steps/0/more', message: 'is not known here' },
        { path: '/steps/1/kind', message: 'must be "wait" or "send"' },
        { path: '/steps/2', message: 'must be an object' },
        { path: '/colour', message: 'must be "red" or "blue"' },
      ]),
    );
    expect(rest).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'invalid_body',
      detail: 'The body has 10 faults.',
    });
  });

  it.each([
    ['{"type":1}', '/type', 'must be a string'],
    ['{"type":"a","count":"2"}', '/count', 'must be a whole number'],
    ['{"type":"a","count":null}', '/count', 'must be a whole number'],
    ['{}', '/type', 'is required'],
    ['[]', '', 'must be an object'],
    ['"type"', '', 'must be an object'],
    ['null', '', 'is required'],
  ])('%s is not made to fit', async (payload, path, message) => {
    const { post } = await withRoutes();
    const response = await post(payload);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'invalid_body', errors: [{ path, message }] });
  });

  it('with thousands of faults is answered with fifty of them, soon', async () => {
    const { post } = await withRoutes();
    const start = performance.now();
    const response = await post(
      JSON.stringify({ type: 'a', steps: Array.from({ length: 100_000 }, () => 0) }),
    );
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(response.json().errors).toHaveLength(50);
    expect(response.body.length).toBeLessThan(10_000);
  });

  it.each([
    '{"a":1',
    '\ufeff{"type":"a"}',
    '{"type":NaN}',
    '{"type":"a","type":"b"}',
    '{"type":"\\ud800"}',
    '',
    '{"type":"a"}x',
  ])('that is not JSON, such as %j, is a 400 and named so', async (payload) => {
    const { post } = await withRoutes();
    const response = await post(payload);
    expect(response.statusCode).toBe(400);
    expect(response.json().code).toBe('malformed_json');
  });

  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    ' application/json',
    'application/json ;charset=UTF-8',
  ])('of content type %j is JSON, and checked', async (type) => {
    const { post } = await withRoutes();
    expect((await post('{"type":"a"}', { 'content-type': type })).statusCode).toBe(200);
    expect((await post('{"type":1}', { 'content-type': type })).statusCode).toBe(400);
  });

  it.each([
    'text/plain',
    'application/json trailing',
    'application/jsonx',
    'application/json, text/plain',
    'application',
    'application/x-www-form-urlencoded',
    'text/html',
    'application/json/x',
  ])('of content type %j is refused unread', async (type) => {
    const { post } = await withRoutes();
    const response = await post('{"type":"a"}', { 'content-type': type });
    expect(response.statusCode).toBe(415);
    expect(response.json().code).toBe('unsupported_media_type');
  });

  it('never comes past its check by a trick in the content type', async () => {
    const { post } = await withRoutes();
    for (const type of [
      'application/json\t',
      'application/json\t;x',
      'application/json;',
      'application/json;=',
      'application/json; a="',
      '\tapplication/json',
    ]) {
      expect((await post('{"type":1}', { 'content-type': type })).statusCode, type).toBeGreaterThanOrEqual(
        400,
      );
    }
  });

  it('without a content type, or none at all where one is needed, is refused', async () => {
    const { app } = await withRoutes();
    const bare = await app.inject({
      method: 'POST',
      url: '/things',
      payload: Buffer.from('{"type":"a"}'),
      headers: as('acme'),
    });
    expect(bare.statusCode).toBe(415);
    const none = await app.inject({ method: 'POST', url: '/things', headers: as('acme') });
    expect(none.json()).toMatchObject({ status: 400, errors: [{ path: '', message: 'is required' }] });
  });

  it('may be empty where none is wanted', async () => {
    const { app } = await withRoutes();
    const response = await app.inject({
      method: 'POST',
      url: '/go',
      payload: '',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.json()).toEqual({ got: 'nothing' });
  });
});

describe('a query string', () => {
  it.each([
    ['', { limit: 50 }],
    ['limit=7&tag=a&on=true', { limit: 7, tag: ['a'], on: true }],
    ['tag=a&tag=b', { limit: 50, tag: ['a', 'b'] }],
  ])('%j is given its types and defaults', async (query, expected) => {
    const { app } = await withRoutes();
    expect((await app.inject(`/things?${query}`)).json()).toEqual(expected);
  });

  it.each([
    ['limit=0', '/limit'],
    ['limit=201', '/limit'],
    ['limit=1.5', '/limit'],
    ['limit=', '/limit'],
    ['limit=1e1', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['on=1', '/on'],
    ['limt=5', '/limt'],
    ['__proto__=1', '/__proto__'],
    ['cursor=a&cursor=b', '/cursor'],
  ])('%j is refused by name', async (query, path) => {
    const { app } = await withRoutes();
    const response = await app.inject(`/things?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'invalid_query', errors: [{ path }] });
  });
});

describe('a path', () => {
  it('is given its types', async () => {
    const { app } = await withRoutes();
    expect((await app.inject('/things/12')).json()).toEqual({ id: 12 });
    expect((await app.inject('/things/x')).json()).toMatchObject({
      code: 'invalid_params',
      errors: [{ path: '/id' }],
    });
  });

  it.each([
    ['GET', '/nowhere', 404, 'not_found'],
    ['GET', '/things/%zz', 400, 'bad_url'],
    ['GET', `/things/${'1'.repeat(600)}`, 414, 'url_too_long'],
    ['DELETE', '/things', 405, 'method_not_allowed'],
    ['PUT', '/things/1', 405, 'method_not_allowed'],
  ] as const)('%s %s is %i', async (method, url, status, code) => {
    const { app } = await withRoutes();
    const response = await app.inject({ method, url });
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ status, code });
    expect(response.headers.allow).toBe(
      status === 405 ? (url === '/things' ? 'GET, HEAD, POST' : 'GET, HEAD') : undefined,
    );
  });
});

describe('a key', () => {
  it.each([
    [{}, 401, 'unauthorized', 'Bearer realm="herald"'],
    [{ authorization: 'Basic YTpi' }, 401, 'unauthorized', 'Bearer realm="herald"'],
    [{ authorization: 'Bearer acme other' }, 401, 'unauthorized', 'Bearer realm="herald"'],
    [{ authorization: `Bearer ${'x'.repeat(600)}` }, 401, 'unauthorized', 'Bearer realm="herald"'],
    [as('nobody'), 401, 'unauthorized', 'Bearer realm="herald", error="invalid_token"'],
    [
      as('reader'),
      403,
      'missing_scope',
      'Bearer realm="herald", error="insufficient_scope", scope="events:write"',
    ],
  ])('%j is refused before the body is looked at', async (headers, status, code, challenge) => {
    const { app } = await withRoutes();
    const response = await app.inject({
      method: 'POST',
      url: '/things',
      payload: '{',
      headers: { 'content-type': 'application/json', ...headers },
    });
    expect(response.statusCode).toBe(status);
    expect(response.headers['www-authenticate']).toBe(challenge);
    expect(response.json().code).toBe(code);
    if (status === 403) expect(response.json().detail).toContain('events:write');
  });

  it('says who calls, in every spelling of the scheme', async () => {
    const { app } = await testHttp();
    app.get('/who', { config: { scope: 'events:read' } }, async ({ principal }) => principal.workspace);
    for (const [authorization, workspace] of [
      ['Bearer acme', 'acme'],
      ['bearer other', 'other'],
      ['BEARER reader', 'acme'],
    ]) {
      expect((await app.inject({ url: '/who', headers: { authorization } })).body).toBe(workspace);
    }
  });

  it('is not known on a route that asks for no scope: reading it fails closed', async () => {
    const { app } = await testHttp();
    app.get('/open', async ({ principal }) => principal.workspace);
    expect((await app.inject({ url: '/open', headers: as('acme') })).statusCode).toBe(500);
  });
});

describe('an answer', () => {
  it('hides what went wrong on our side and names the id under which it was logged, once', async () => {
    const { app, lines, text } = await withRoutes();
    const response = await app.inject('/fail');
    expect(response.statusCode).toBe(500);
    const { instance, ...rest } = response.json();
    expect(rest).toMatchObject({ status: 500, code: 'internal', title: 'Internal Server Error' });
    expect(response.body).not.toContain('hunter2');
    const errors = lines().filter(({ level }) => level === 'error');
    expect(errors).toEqual([
      expect.objectContaining({ msg: 'request failed', requestId: instance.replace('urn:uuid:', '') }),
    ]);
    expect(text()).toContain('hunter2 of [address]');
  });

  it('carries what a problem says: faults and, in whole seconds, when to come back', async () => {
    const { app } = await withRoutes();
    const response = await app.inject('/busy');
    expect(response.headers['retry-after']).toBe('2');
    expect(response.json()).toMatchObject({
      status: 429,
      code: 'too_many',
      errors: [{ path: '/a', message: 'b' }],
    });
    expect((await app.inject('/cursor')).json()).toMatchObject({ status: 400, code: 'invalid_cursor' });
  });

  it('has an id of ours, whatever the client says', async () => {
    const { app } = await withRoutes();
    const response = await app.inject({
      url: '/things',
      headers: { 'x-request-id': 'mine', 'request-id': 'mine' },
    });
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is not to be kept, framed, sniffed or run', async () => {
    const { app } = await withRoutes();
    for (const url of ['/things', '/nowhere', '/fail']) {
      expect((await app.inject(url)).headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    }
  });

  it('holds all fields, also those its schema does not name', async () => {
    const { app } = await testHttp();
    const Loose = Type.Object({ items: Type.Array(Type.Unsafe<Record<string, unknown>>(Type.Object({}))) });
    app.get('/list', { schema: { response: { 200: Loose } } }, async () => ({ items: [{ a: 1 }] }));
    expect((await app.inject('/list')).json()).toEqual({ items: [{ a: 1 }] });
  });
});

describe('a request', () => {
  it('is logged with who and what, by route template, and without anything of its content', async () => {
    const { app, lines, text } = await withRoutes();
    app.get('/u/:token', async () => 'ok');
    await app.inject('/u/hunter2?key=hunter2');
    await app.inject({
      method: 'POST',
      url: '/things?x=1',
      payload: '{"type":"hunter2"}',
      headers: { 'content-type': 'application/json', ...as('acme') },
    });
    expect(text()).not.toContain('hunter2');
    expect(lines().filter(({ msg }) => msg === 'request')).toEqual([
      expect.objectContaining({ method: 'GET', route: '/u/:token', status: 200, ms: expect.any(Number) }),
      expect.objectContaining({
        method: 'POST',
        route: '/things',
        status: 200,
        workspace: 'acme',
        keyId: 'acme-key',
      }),
    ]);
  });

  it('is measured by route template, and all that leads nowhere as one', async () => {
    const { app, metrics } = await withRoutes();
    for (const url of ['/things/1', '/things/2', '/nowhere/1', '/nowhere/2']) await app.inject(url);
    const { values } = await metrics.httpSeconds.get();
    const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'));
    expect(
      counts.map(({ labels, value }) => [labels.http_route, labels.http_response_status_code, value]),
    ).toEqual([
      ['/things/:id', '200', 2],
      ['none', '404', 2],
    ]);
  });
});

describe('the document', () => {
  it('describes each route with its closed schemas, its scope and its errors', async () => {
    const { app } = await withRoutes();
    app.get(
      '/list',
      { config: { scope: 'events:read' }, schema: { response: { 200: pageOf(Type.String()) } } },
      async () => ({ items: [] }),
    );
    const document = (await app.inject('/openapi.json')).json();
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Test', version: '1.2.3' } });
    const { post } = document.paths['/things'];
    expect(post.security).toEqual([{ apiKey: ['events:write'] }]);
    expect(post.requestBody.content['application/json'].schema.additionalProperties).toBe(false);
    expect(Object.keys(post.responses)).toEqual(
      expect.arrayContaining(['400', '401', '403', '413', '415', '500']),
    );
    expect(post.responses['400'].content).toHaveProperty(['application/problem+json']);
    expect(document.paths['/things/{id}'].get.security).toEqual([]);
    expect(Object.keys(document.paths)).not.toContain('/openapi.json');
  });

  it('is shown by a page that loads nothing from elsewhere and runs nothing inline', async () => {
    const { app } = await withRoutes();
    const page = await app.inject('/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; connect-src 'self'; script-src 'self';/,
    );
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^\.\/static\//);
      expect((await app.inject(`/docs/${link.slice(2)}`)).statusCode).toBe(200);
    }
    expect(page.body).not.toMatch(/<script(?![^>]*src=)/);
  });
});
