import { describe, expect, it } from 'vitest';
import { as, testHttp } from './testing/test-http.ts';
import { withRoutes } from './testing/with-routes.ts';

describe('a query string', () => {
  it.each([
    ['', { limit: 50 }],
    ['limit=7&tag=a&on=true', { limit: 7, tag: ['a'], on: true }],
    ['tag=a&tag=b', { limit: 50, tag: ['a', 'b'] }],
  ])('%j is converted to its types, with defaults', async (query, expected) => {
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
  it('is converted to its types', async () => {
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
  ])('%j is refused before the body is read', async (headers, status, code, challenge) => {
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

  it('identifies the caller, in every spelling of the scheme', async () => {
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

  it('is unknown on a route without a scope: reading it fails closed', async () => {
    const { app } = await testHttp();
    app.get('/open', async ({ principal }) => principal.workspace);
    expect((await app.inject({ url: '/open', headers: as('acme') })).statusCode).toBe(500);
  });
});
