import { Type } from 'typebox';
import { expect, it } from 'vitest';
import { testHttp } from './testing/test-http.ts';

const open = async () => {
  const { app } = await testHttp();
  const documentedBody = { 'application/yaml': Type.String({ examples: ['name: A'] }) };
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/yaml',
      { parseAs: 'string' },
      async (_: unknown, text: string) => text,
    );
    scope.put('/texts/:id', {
      config: { documentedBody },
      schema: { summary: 'Write', params: Type.Object({ id: Type.String() }) },
      handler: async () => 'ok',
    });
  });
  await app.ready();
  return app;
};

it('the document has the body of a route that reads text, with its example', async () => {
  const document = (await (await open()).inject('/openapi.json')).json();
  expect(document.paths['/texts/{id}'].put.requestBody.content).toEqual({
    'application/yaml': { schema: { type: 'string' }, example: 'name: A' },
  });
});

it('the document has the answers that the router and Node give before any handler', async () => {
  const document = (await (await open()).inject('/openapi.json')).json();
  expect(Object.keys(document.paths['/texts/{id}'].put.responses)).toEqual(
    expect.arrayContaining(['400', '404', '413', '414', '415', '431', '500']),
  );
});

it('a 415 says what the route accepts', async () => {
  const app = await open();
  const headers = { 'content-type': 'application/xml' };
  const response = await app.inject({ method: 'PUT', url: '/texts/1', headers, payload: '<a/>' });
  expect([response.statusCode, response.json().detail]).toEqual([
    415,
    'This route does not take a body of this content type. It takes application/yaml.',
  ]);
});
