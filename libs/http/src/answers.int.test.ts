import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { pageOf } from './pages.ts';
import { Problem } from './problem/problem.ts';
import { as, testHttp } from './testing/test-http.ts';
import { withRoutes } from './testing/with-routes.ts';

describe('an answer', () => {
  it('hides what went wrong inside and gives the id under which it was logged, once', async () => {
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

  it('logs a lasting problem as a warning without a stack, and not for every request', async () => {
    const { app, lines } = await testHttp();
    app.get('/lasting', () => {
      const cause = new Error('A_VARIABLE is not set');
      throw new Problem(503, 'not_set_up', 'Not now.', { retryAfter: 60, lasting: true, cause });
    });
    const answers = await Promise.all([1, 2, 3].map(() => app.inject('/lasting')));
    expect(answers.map(({ statusCode, headers }) => [statusCode, headers['retry-after']])).toEqual(
      Array(3).fill([503, '60']),
    );
    const logged = lines().filter(({ level }) => level !== 'info');
    expect(logged).toEqual([
      expect.objectContaining({ level: 'warn', code: 'not_set_up', reason: 'A_VARIABLE is not set' }),
    ]);
    expect(logged[0]).not.toHaveProperty('err');
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

  it('gets an id from the server, whatever the client sends', async () => {
    const { app } = await withRoutes();
    const response = await app.inject({
      url: '/things',
      headers: { 'x-request-id': 'mine', 'request-id': 'mine' },
    });
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('must not be cached, framed, sniffed or run', async () => {
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
  it('is logged with caller and route template, and nothing of its content', async () => {
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

  it('is measured by route template; all unknown paths count as one', async () => {
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
