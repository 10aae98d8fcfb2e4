import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type Client,
  createClient,
  freePort,
  startHerald,
  WORKSPACE,
  writeCredentials,
} from '@herald/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BOUND, held, longestTurn } from './loop.ts';
import { bytesOf, SHAPES, type Shape, TEMPLATES } from './shapes.ts';

/** bytes of the largest body that a route takes. */
const LARGEST = 1024 * 1024;
/** characters */
const LONGEST_CAMPAIGN = 256 * 1024;
/** bytes of a query string, within the limit for all headers. */
const LONGEST_QUERY = 12_000;

/** The values of parts of a path. The source exists. */
const NAMES: Readonly<Record<string, string>> = { workspace: WORKSPACE, source: 'open' };
const WITH_A_BODY = new Set(['post', 'put', 'patch', 'delete']);

interface Operation {
  readonly method: string;
  readonly path: string;
}

let client: Client;
let operations: readonly Operation[];
let socket: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'herald-unblocked-'));
  const { env, apiKey } = await writeCredentials(dir);
  socket = join(dir, 'loop.sock');
  const herald = startHerald(
    {
      ...env,
      DATA_DIR: join(dir, 'data'),
      PORT: String(await freePort()),
      ADMIN_PORT: String(await freePort()),
      LOOP_SOCKET: socket,
      NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'watch-loop.ts')).href}`,
    },
    join(dir, 'log.jsonl'),
  );
  stop = async () => {
    await herald.stop();
    await rm(dir, { recursive: true, force: true });
  };
  const { http } = await herald.ready;
  client = createClient(http, apiKey);
  await client.send('PUT', '/v1/sources/open', JSON.stringify(OPEN_SOURCE));
  const { paths } = await client.get<{ paths: Record<string, Record<string, unknown>> }>('/openapi.json');
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method, path })),
  );
});
afterAll(() => stop?.());

/** Its expressions go through everything that a webhook holds. */
const OPEN_SOURCE = {
  verify: { scheme: 'none' },
  map: {
    type: '"web.hook"',
    prospectId: 'string(body.id)',
    data: '{"all": body, "some": body.list.filter(x, x != body)}',
  },
};

const fill = (path: string): string => path.replace(/\{(\w+)\}/g, (_all, name: string) => NAMES[name] ?? 'x');

type Act = readonly [name: string, act: () => Promise<unknown>];

/** Names what held the loop longer than the bound. Each act is tried alone only where all together did. */
async function blocks(acts: readonly Act[]): Promise<string[]> {
  await longestTurn(socket);
  for (const [, act] of acts) await act();
  if ((await longestTurn(socket)) <= BOUND) return [];
  const found: string[] = [];
  for (const [name, act] of acts) {
    const ms = await held(socket, act);
    if (ms > BOUND) found.push(`${name}: ${ms} ms`);
  }
  return found;
}

/** Sends it as large as the route takes it: a body refused by size or type is not read. */
async function send({ method, path }: Operation, shape: Shape, refused: Set<string>): Promise<void> {
  const { type } = shape;
  if (refused.has(type)) return;
  // A campaign is text. The route reads all of it, and refuses longer text than this.
  const largest = path === '/v1/campaigns/{id}' ? LONGEST_CAMPAIGN : LARGEST;
  for (let bytes = largest; bytes > 1_000; bytes /= 4) {
    const headers = { 'content-type': type };
    const { status } = await client.send(method.toUpperCase(), fill(path), bytesOf(shape, bytes), headers);
    if (status === 415) refused.add(type);
    if (status !== 413) return;
  }
}

describe('no request holds the event loop', () => {
  test('whatever the body, on any route', { timeout: 200_000 }, async () => {
    const bodies = operations.filter(({ method }) => WITH_A_BODY.has(method));
    expect(bodies.length).toBeGreaterThan(20);
    const found: string[] = [];
    for (const operation of bodies) {
      const refused = new Set<string>();
      const acts = SHAPES.map((shape): Act => {
        const name = `${operation.method} ${operation.path}, ${shape.name}`;
        return [name, () => send(operation, shape, refused)];
      });
      found.push(...(await blocks(acts)));
    }
    expect(found).toEqual([]);
  });

  test('whatever the query, on any route', async () => {
    const queries = [
      ['many names', Array.from({ length: 1_000 }, (_, n) => `k${n}=1`).join('&')],
      ['one name many times', 'limit=1&'.repeat(1_400)],
      ['a long value', `cursor=${'%22'.repeat(4_000)}`],
      ['brackets', `${'a[b]'.repeat(2_900)}=1`],
    ] as const;
    const acts = operations.flatMap(({ method, path }) =>
      queries.map(
        ([name, query]) =>
          [
            `${method} ${path}, ${name}`,
            () => client.send(method.toUpperCase(), `${fill(path)}?${query.slice(0, LONGEST_QUERY)}`),
          ] as const,
      ),
    );
    expect(await blocks(acts)).toEqual([]);
  });

  test('whatever stands in a template', { timeout: 120_000 }, async () => {
    const acts = TEMPLATES.flatMap(({ name, make }) =>
      ['html', 'text'].map((field) => {
        const body = (bytes: number) =>
          JSON.stringify({ channel: 'email', subject: 'x', text: 'x', [field]: make(bytes) });
        const largest = field === 'html' ? 262_144 : 131_072;
        return [`${name} in ${field}`, () => client.send('PUT', '/v1/templates/x', body(largest))] as const;
      }),
    );
    expect(await blocks(acts)).toEqual([]);
  });
});
