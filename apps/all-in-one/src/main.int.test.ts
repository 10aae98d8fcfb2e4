import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { processEnvironment } from '@herald/harness/process-environment';
import { describe, expect, it, onTestFinished } from 'vitest';

interface Running {
  readonly url: string;
  readonly adminUrl: string;
  /** The key that the first start made. */
  readonly key: string | undefined;
  stop(): Promise<number | null>;
}

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'herald-all-in-one-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function spawnMain(env: Record<string, string>): { child: ChildProcess; exited: Promise<number | null> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...processEnvironment(), PORT: '0', ADMIN_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, exited: new Promise((resolve) => child.on('close', resolve)) };
}

/** Resolves once it says that it is ready. */
async function start(env: Record<string, string>): Promise<Running> {
  const { child, exited } = spawnMain(env);
  if (child.stdout === null) throw new Error('no stdout');
  let key: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    key ??= /your API key .* is (\S+)/.exec(line)?.[1];
    if (!line.includes('"msg":"ready"')) continue;
    const { port, adminPort } = JSON.parse(line);
    child.stdout.resume();
    return {
      url: `http://127.0.0.1:${port}`,
      adminUrl: `http://127.0.0.1:${adminPort}`,
      key,
      async stop() {
        child.kill('SIGTERM');
        return exited;
      },
    };
  }
  throw new Error(`ended with ${await exited}`);
}

async function failure(env: Record<string, string>): Promise<{ code: number | null; text: string }> {
  const { child, exited } = spawnMain(env);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => (text += chunk.toString()));
  return { code: await exited, text };
}

const call = async (url: string, key: string | undefined, body?: unknown) => {
  const response = await fetch(url, {
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
};

describe('all in one', () => {
  it('starts from nothing, keeps what it accepted, and has it again after a restart', async () => {
    const DATA_DIR = join(scratch(), 'data');
    const first = await start({ DATA_DIR });
    expect(first.key).toBeDefined();
    const event = { id: 'e1', type: 'trial.started', prospectId: 'p1' };
    expect(await call(`${first.url}/v1/events`, first.key, event)).toMatchObject({ status: 202 });
    await expect.poll(async () => (await call(`${first.url}/v1/prospects/p1`, first.key)).status).toBe(200);
    expect(await first.stop()).toBe(0);

    const second = await start({ DATA_DIR });
    expect(second.key).toBeUndefined();
    expect(await call(`${second.url}/v1/prospects/p1`, first.key)).toMatchObject({ status: 200 });
    expect(await call(`${second.url}/v1/prospects/p1`, 'herald_other')).toMatchObject({ status: 401 });
    const readiness = await (await fetch(`${second.adminUrl}/readyz`)).json();
    expect(readiness).toMatchObject({ ready: true, checks: { store: { ok: true }, broker: { ok: true } } });
    expect(await second.stop()).toBe(0);
  });

  it('serves the routes of all four services, and their document, on one port', async () => {
    const { url, key, stop } = await start({ DATA_DIR: scratch() });
    const paths = [
      '/v1/events',
      '/v1/prospects/{id}',
      '/v1/campaigns/{id}',
      '/v1/messages',
      '/v1/dead-letters',
    ];
    expect(await call(`${url}/openapi.json`, key)).toMatchObject({
      status: 200,
      body: { paths: Object.fromEntries(paths.map((path) => [path, expect.anything()])) },
    });
    expect(await stop()).toBe(0);
  });

  it('lets no second process into its directory', async () => {
    const DATA_DIR = scratch();
    const { stop } = await start({ DATA_DIR });
    expect((await failure({ DATA_DIR })).code).toBe(1);
    expect(await stop()).toBe(0);
  });

  it('names all faults of its configuration and shows no secret', async () => {
    const env = { DATA_DIR: scratch(), CLOCK_RATE: '0', CLOCK_START: 'noon', SMTP_URL: 'hunter2', PORT: 'x' };
    const { code, text } = await failure(env);
    expect(code).toBe(1);
    for (const name of ['CLOCK_RATE', 'CLOCK_START', 'PORT']) expect(text).toContain(`  ${name} is`);
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('    at ');
  });
});
