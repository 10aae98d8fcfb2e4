import { Type } from 'typebox';
import { expect, it } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { testHttp } from '../testing/test-http.ts';

const Body = Type.Object(
  {
    name: Type.String(),
    count: Type.Optional(Type.Integer()),
    text: Type.Optional(Type.String()),
    parts: Type.Optional(Type.Array(Type.Object({ at: Type.String() }))),
  },
  { additionalProperties: false, examples: [{ name: 'A', parts: [{ at: 'noon' }] }] },
);

const open = async () => {
  const { app } = await testHttp();
  app.put('/things', { config: { takesYaml: true }, schema: { body: Body } }, async ({ body }) => body);
  app.put('/texts', { config: { takesYaml: true }, schema: { body: Body } }, async () => {
    const errors = [{ path: '/text', message: 'is wrong', inside: { line: 2, column: 3 } }];
    throw new Problem(422, 'invalid', 'It cannot be used.', { errors });
  });
  app.put('/others', { schema: { body: Body } }, async ({ body }) => body);
  await app.ready();
  return async (payload: string, url = '/things', type = 'application/yaml') => {
    const answer = await app.inject({ method: 'PUT', url, headers: { 'content-type': type }, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
};
const errorsIn = (answer: { body: { errors: { path: string; message: string }[] } }): string[] =>
  answer.body.errors.map(({ path, message }) => `${path} ${message}`);

it.each(['application/yaml', 'application/x-yaml', 'text/yaml; charset=utf-8'])(
  '%s is read',
  async (type) => {
    const put = await open();
    const text = 'name: On\ncount: 3\ntext: |\n  a\n  b\nparts:\n  - { at: 2026-01-01 }\n';
    expect(await put(text, '/things', type)).toEqual({
      status: 200,
      body: { name: 'On', count: 3, text: 'a\nb\n', parts: [{ at: '2026-01-01' }] },
    });
  },
);

it('what does not fit the schema is answered with line and column', async () => {
  const put = await open();
  const answer = await put('name: A\nparts:\n  - at: noon\n  - at: 5\ncuont: 3\n');
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_body' } });
  expect(errorsIn(answer).sort()).toEqual([
    expect.stringMatching(/^\/cuont line 5, column 8: /),
    expect.stringMatching(/^\/parts\/1\/at line 4, column 9: /),
  ]);
});

it.each([
  ['a block', 'name: A\ntext: |\n    first\n     second\n', 'line 4, column 7: is wrong'],
  ['a block with a blank line first', 'name: A\ntext: |\n\n  second\n', 'line 4, column 5: is wrong'],
  ['folded lines', 'name: A\ntext: >\n  first\n  second\n', 'line 2, column 7: is wrong'],
])(
  'a mistake inside %s is answered with its place in the document, as near as is known',
  async (_what, text, message) => {
    const put = await open();
    expect(errorsIn(await put(text, '/texts'))).toEqual([`/text ${message}`]);
  },
);

it('the same mistake in JSON has the place in the text itself', async () => {
  const put = await open();
  const answer = await put('{ "name": "A", "text": "a\\nb" }', '/texts', 'application/json');
  expect(errorsIn(answer)).toEqual(['/text line 2, column 3: is wrong']);
});

it.each([
  ['broken', 'name: [A\n', /line 2, column 1: /],
  ['a name that stands twice', 'name: A\nname: B\n', /line 2, column 1: .*twice/],
  ['two documents', 'name: A\n---\nname: B\n', /line 2, column 1: has a second document/],
  [
    'a name of prototypes',
    'name: A\n__proto__: { x: 1 }\n',
    /line 2, column 12: is a name that is not allowed/,
  ],
  [
    'digits that would be lost',
    'name: A\ncount: 12345678901234567890\n',
    /line 2, column 8: has more digits/,
  ],
  ['no number', 'name: A\ncount: .inf\n', /line 2, column 8: is a number too large/],
  ['aliases that multiply', `a: &a [x]\n${'b: [*a]\n'.repeat(60)}`, /aliases|twice/],
])('%s is refused with the place', async (_what, text, message) => {
  const put = await open();
  const answer = await put(text);
  expect(answer).toMatchObject({ status: 400, body: { code: 'malformed_yaml' } });
  expect(errorsIn(answer).join('\n')).toMatch(message);
});

it.each([
  ['nothing', '', /empty/],
  ['only a comment', '# later\n', /empty/],
  ['too long', `name: ${'a'.repeat(300_000)}`, /longer than 262,144/],
])('%s is refused', async (_what, text, detail) => {
  const put = await open();
  expect(await put(text)).toMatchObject({ status: 400, body: { detail: expect.stringMatching(detail) } });
});

it('a route that takes no YAML says what it takes, and one that does says both', async () => {
  const put = await open();
  const refused = async (url: string, type: string) => (await put('name: A', url, type)).body.detail;
  expect(await refused('/others', 'application/yaml')).toMatch(/It takes application\/json\.$/);
  expect(await refused('/things', 'application/xml')).toMatch(/application\/json, application\/yaml\.$/);
});

it('the document has both bodies, each with the examples', async () => {
  const { app } = await testHttp();
  app.put('/things', { config: { takesYaml: true }, schema: { body: Body } }, async () => ({}));
  await app.ready();
  const { paths } = (await app.inject('/openapi.json')).json();
  const { content } = paths['/things'].put.requestBody;
  expect(Object.keys(content)).toEqual(['application/json', 'application/yaml']);
  expect(content['application/json'].schema.properties).toHaveProperty('parts');
  expect(content['application/yaml'].example).toBe('name: A\nparts:\n  - at: noon\n');
});
