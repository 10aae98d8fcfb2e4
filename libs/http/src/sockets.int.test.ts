import { Agent, get, type Server } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import type { HttpOptions } from './http.ts';
import { listen, talk, testHttp } from './testing/test-http.ts';

const SHORT = { headersTimeout: 200, requestTimeout: 400, checkEvery: 50 };

async function server(options: Partial<HttpOptions> = {}) {
  const test = await testHttp(options);
  let seen = 0;
  test.app.post('/things', { schema: { body: Type.Object({ type: Type.String() }) } }, async () => {
    seen += 1;
    return { ok: true };
  });
  return { ...test, port: await listen(test.app), seen: () => seen };
}

const head = (length: number | string, more = ''): string =>
  'POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
  `${typeof length === 'number' ? `content-length: ${length}` : length}\r\n${more}\r\n`;

const parse = (answer: string) => {
  const [top = '', body = ''] = answer.split('\r\n\r\n', 2);
  return { status: Number(top.split(' ')[1]), top, problem: JSON.parse(body) };
};

function* forever(text: string): Generator<string> {
  for (;;) yield text;
}

describe('a server', () => {
  it('ends a body that drips in byte by byte', async () => {
    const { port, seen } = await server(SHORT);
    const drip = function* () {
      yield head(10_000);
      yield* forever(' ');
    };
    const { status, problem, top } = parse(await talk(port, drip(), 20));
    expect({ status, code: problem.code }).toEqual({ status: 408, code: 'request_timeout' });
    expect(top).toContain('application/problem+json');
    expect(seen()).toBe(0);
  });

  it('ends headers that drip in', async () => {
    const { port } = await server(SHORT);
    const drip = function* () {
      yield 'POST /things HTTP/1.1\r\nhost: x\r\n';
      yield* forever('a: b\r\n');
    };
    expect(parse(await talk(port, drip(), 20)).status).toBe(408);
  });

  it('ends a connection on which nothing comes', async () => {
    const { port } = await server(SHORT);
    await expect(talk(port, [])).resolves.toMatch(/^$|^HTTP\/1.1 408 /);
  });

  it('refuses a body that says it is too large, before it comes', async () => {
    const { port } = await server({ bodyLimit: 1_000 });
    const { status, problem, top } = parse(await talk(port, [head(1_001)]));
    expect({ status, code: problem.code }).toEqual({ status: 413, code: 'body_too_large' });
    expect(top.toLowerCase()).toContain('connection: close');
  });

  it('refuses a body that turns out to be too large', async () => {
    const { port, seen } = await server({ bodyLimit: 1_000 });
    const chunks = function* () {
      yield head('transfer-encoding: chunked');
      yield* forever(`64\r\n${' '.repeat(100)}\r\n`);
    };
    expect(parse(await talk(port, chunks())).status).toBe(413);
    expect(seen()).toBe(0);
  });

  it('accepts exactly as much as it says', async () => {
    const { app, port } = await server({ bodyLimit: 1_000 });
    const body = `{"type":"a"}${' '.repeat(988)}`;
    const response = await fetch(`http://127.0.0.1:${port}/things`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(200);
    expect(app.initialConfig.bodyLimit).toBe(1_000);
  });

  it('refuses headers that are too large', async () => {
    const { port } = await server();
    const { status, problem } = parse(
      await talk(port, [`GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`]),
    );
    expect({ status, code: problem.code }).toEqual({ status: 431, code: 'headers_too_large' });
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['two lengths', `${head(1, 'content-length: 2\r\n')}x`],
    ['a length and chunks', `${head(1, 'transfer-encoding: chunked\r\n')}0\r\n\r\n`],
    ['a control character in a header', 'GET / HTTP/1.1\r\nhost: x\r\na: b\x01c\r\n\r\n'],
  ])('refuses %s', async (_what, text) => {
    const { port, seen } = await server();
    const { status, problem } = parse(await talk(port, [text]));
    expect({ status, code: problem.code }).toEqual({ status: 400, code: 'bad_request' });
    expect(seen()).toBe(0);
  });

  it('goes on when a client leaves in the middle of its body, and does not log that as an error', async () => {
    const { app, port, lines } = await server();
    const gone = Promise.withResolvers<void>();
    app.server.on('connection', (socket) => socket.on('close', () => gone.resolve()));
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(head(1_000), () => socket.resetAndDestroy());
    });
    await gone.promise;
    const response = await fetch(`http://127.0.0.1:${port}/things`, {
      method: 'POST',
      body: '{"type":"a"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(200);
    expect(lines().filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('waits for no client that is in the middle of its request when it closes', async () => {
    const { app, port } = await server({ closeGrace: 100 });
    const half = [talk(port, ['POST /things HTTP/1.1\r\nhost: x']), talk(port, [head(1_000), '{'])];
    await expect.poll(() => connections(app.server)).toBe(2);
    await app.close();
    await Promise.all(half);
  });

  it('finishes requests under way when it closes, refuses new ones on open connections, and accepts no new connections', async () => {
    const { app } = await testHttp({ closeGrace: 200 });
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    app.get('/slow', async () => {
      entered.resolve();
      await release.promise;
      return 'done';
    });
    const port = await listen(app);
    const agent = new Agent({ keepAlive: true });
    const slow = ask(port, '/slow', agent);
    await entered.promise;
    // A second connection whose request has begun, so that the close may not take it for idle.
    const begun = connect(port, '127.0.0.1');
    begun.write('GET /slow HTTP/1.1\r\nhost: x\r\n');
    const late = text(begun);
    const half = talk(port, ['GET /slow HTTP/1.1\r\n']);
    await expect.poll(() => connections(app.server)).toBe(3);

    const closed = app.close();
    begun.write('\r\n');
    const { status, top, problem } = parse(await late);
    expect({ status, code: problem.code }).toEqual({ status: 503, code: 'closing' });
    expect(top.toLowerCase()).toContain('retry-after: 1');
    expect(top.toLowerCase()).toContain('connection: close');
    await expect(talk(port, ['GET / HTTP/1.1\r\n\r\n'])).resolves.toBe('');

    // The grace is over once a request without a handler has been cut off; the one with a handler outlives
    // it.
    await half;
    release.resolve();
    expect(await slow).toBe('200 done');
    await closed;
    agent.destroy();
  });
});

const connections = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });

const ask = (port: number, path: string, agent: Agent): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, async (response) => {
      resolve(`${response.statusCode} ${await text(response)}`);
    }).on('error', reject);
  });
