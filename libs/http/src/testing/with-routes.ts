import { Type } from 'typebox';
import { PageQuery } from '../pages.ts';
import { Problem } from '../problem/problem.ts';
import { as, testHttp } from './test-http.ts';

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

/** A server with a route of every kind, and a way to post to the one that takes a body. */
export async function withRoutes() {
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
