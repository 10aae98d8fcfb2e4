import { describe, expect, it } from 'vitest';
import { as } from './testing/test-http.ts';
import { withRoutes } from './testing/with-routes.ts';

describe('a body', () => {
  it('is accepted as it is when it fits', async () => {
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

  it('has every fault reported with its place', async () => {
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
      detail: 'The body has 10 mistakes.',
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
  ])('%s is not converted to fit', async (payload, path, message) => {
    const { post } = await withRoutes();
    const response = await post(payload);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'invalid_body', errors: [{ path, message }] });
  });

  it('with thousands of faults gets fifty of them and the number of the others', async () => {
    const { post } = await withRoutes();
    const response = await post(
      JSON.stringify({ type: 'a', steps: Array.from({ length: 100_000 }, () => 0) }),
    );
    const { errors, detail } = response.json();
    expect(detail).toMatch(/^The body has at least \d+ mistakes\.$/);
    expect(errors).toHaveLength(51);
    expect(errors.at(-1).message).toMatch(/^… and \d+ more$/);
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
  ])('that is not JSON, such as %j, is a 400 that says so', async (payload) => {
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

  it('never avoids its check by a trick in the content type', async () => {
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

  it('may be empty where no body is expected', async () => {
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
