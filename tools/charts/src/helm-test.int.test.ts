import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findHelm } from './helm/find.ts';
import { createWorkspace, type Workspace } from './helm/workspace.ts';
import { readManifests } from './manifests.ts';
import { leastOf } from './matrix.ts';

const helm = await findHelm(4);
if ('unavailable' in helm) {
  if (process.env.REQUIRE_SERVICES === '1') throw new Error(helm.unavailable);
  process.stderr.write(`Skipped: ${helm.unavailable}\n`);
}

/** ms from the answer to the end of the test's process. */
const AT_MOST = 3_000;
/** ms that the services keep a connection on which nothing happens: see libs/http/src/limits.ts. */
const KEPT = 72_000;
const KIB = 1024;

/** Answers everything with `status` and a body of this size. Notes when it has answered. */
async function startServer(status: number, bytes: number) {
  const answered: number[] = [];
  const server = createServer({ keepAliveTimeout: KEPT }, (_, response) => {
    answered.push(performance.now());
    response.writeHead(status, { 'content-type': 'application/json' }).end('x'.repeat(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answered };
}

/** Runs the command of a test's pod, with another address in the place of the service's. */
async function runTest(command: readonly string[], url: string) {
  const args = command.slice(1).map((arg) => arg.replace(/^http:\/\/demo-[a-z-]+:80\b/, url));
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: KEPT / 2 });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      output += part;
    });
  const [code] = await once(child, 'close');
  return { code, output, ended: performance.now() };
}

describe.skipIf('unavailable' in helm)("what `helm test` runs of a service's chart", () => {
  let workspace: Workspace;
  let commands: (readonly string[])[] = [];
  beforeAll(async () => {
    if ('unavailable' in helm) return;
    workspace = await createWorkspace(helm);
    const { stdout } = await workspace.template(helm, 'herald', { files: leastOf('herald') });
    commands = readManifests(stdout)
      .filter(({ kind }) => kind === 'Pod')
      .map(({ spec }) => spec?.containers?.[0]?.command ?? []);
  });
  afterAll(() => workspace?.remove());

  it('is one test for each service, by its document of the API', () => {
    expect(commands.map((command) => command.at(-1)?.replace('http://demo-', '')).sort()).toEqual([
      'campaign-runner:80/openapi.json',
      'event-handler:80/openapi.json',
      'ingest:80/openapi.json',
      'messaging:80/openapi.json',
    ]);
  });

  // Between 64 and 190 KiB, fetch would hold the process for as long as the server keeps the connection.
  it('ends within 3 s of the answer, however long the body is that it does not read', async () => {
    await Promise.all(
      [64, 115, 190, 1024].map(async (size, index) => {
        const { url, answered } = await startServer(200, size * KIB);
        const { code, output, ended } = await runTest(commands[index] ?? [], url);
        expect(output).toBe(`${url}/openapi.json answers\n`);
        expect(code).toBe(0);
        expect(ended - (answered[0] ?? 0), `ms with ${size} KiB`).toBeLessThan(AT_MOST);
      }),
    );
  });

  it('fails, as soon, by a status that is not 2xx, and says which', async () => {
    const { url, answered } = await startServer(503, 115 * KIB);
    const { code, output, ended } = await runTest(commands[0] ?? [], url);
    expect(output).toContain(`${url}/openapi.json answered 503`);
    expect(code).toBe(1);
    expect(ended - (answered[0] ?? 0)).toBeLessThan(AT_MOST);
  });
});
