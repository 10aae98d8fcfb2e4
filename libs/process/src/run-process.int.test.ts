import { createServer } from 'node:net';
import { join } from 'node:path';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { systemClock } from '@herald/clock';
import { freePort } from '@herald/harness/port';
import { scratch } from '@herald/harness/scratch';
import { describe, expect, it } from 'vitest';
import { type Child, spawnChild } from './testing/child.ts';
import { fixtureTopology } from './testing/process-fixture.ts';

const FIXTURE = join(import.meta.dirname, 'testing', 'process-fixture.ts');

function start(env: Record<string, string> = {}) {
  const dir = scratch();
  const child = spawnChild(FIXTURE, { DATA_DIR: dir, PORT: '0', ADMIN_PORT: '0', ...env });
  return { dir, child };
}

async function ready(env: Record<string, string> = {}) {
  const { dir, child } = start(env);
  const { port, adminPort } = await child.said('ready');
  const api = (path: string, method = 'POST') => fetch(`http://127.0.0.1:${port}${path}`, { method });
  const admin = (path: string) => fetch(`http://127.0.0.1:${adminPort}${path}`);
  return { dir, child, api, admin };
}

const phasesOf = async (child: Child): Promise<Record<string, string>> => {
  const { phases } = (await child.said('stopped')) as { phases: { name: string; outcome: string }[] };
  return Object.fromEntries(phases.map(({ name, outcome }) => [name, outcome]));
};

/** The messages left in the queue of a process that has ended. */
async function leftIn(dir: string) {
  const file = join(dir, 'broker.db');
  const broker = await openEmbeddedBroker({ file, topology: fixtureTopology, clock: systemClock });
  const depth = await broker.depth('work');
  await broker.close();
  return depth;
}

describe('a process that gets a signal to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s drains the handler under way and exits with 0',
    async (signal) => {
      const { dir, child, api } = await ready({ HANDLER_MS: '400' });
      await api('/publish/m1');
      await api('/publish/m2');
      await child.said('handling');
      child.process.kill(signal);
      expect(await child.exited).toBe(0);
      const said = child.lines().map(({ msg, messageId }) => [msg, messageId].join(' ').trim());
      expect(said.filter((what) => what.startsWith('handled'))).toEqual(['handled m1']);
      expect(said.indexOf('handled m1')).toBeLessThan(said.indexOf('drained'));
      // The handled one is settled; the other waits unharmed.
      expect(await leftIn(dir)).toEqual({ ready: 1, inFlight: 0, delayed: 0, dead: 0 });
      expect(Object.entries(await phasesOf(child))).toEqual([
        ['not ready', 'done'],
        ['stop intake', 'done'],
        ['drain consumers', 'done'],
        ['flush', 'done'],
        ['close broker', 'done'],
        ['close store', 'done'],
        ['telemetry', 'done'],
        ['close admin', 'done'],
      ]);
    },
  );

  it('answers the request under way, and is not ready meanwhile', async () => {
    const { child, api, admin } = await ready({ HANDLER_MS: '600' });
    const slow = api('/slow', 'GET');
    await child.said('slow request begun');
    child.process.kill('SIGTERM');
    await child.said('stopping');
    const readiness = await admin('/readyz');
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toMatchObject({ ready: false, stage: 'draining' });
    expect((await admin('/livez')).status).toBe(200);
    expect(await (await slow).json()).toEqual({ done: true });
    expect(await child.exited).toBe(0);
  });

  it('gives up on a handler that hangs when its time is over, closes the rest, and exits with 1', async () => {
    const { child, api } = await ready({ HANDLER_MS: '60000', SHUTDOWN_TIMEOUT: '2' });
    await api('/publish/m1');
    await child.said('handling');
    const begin = performance.now();
    child.process.kill('SIGTERM');
    expect(await child.exited).toBe(1);
    expect(performance.now() - begin).toBeLessThan(4_000);
    expect(await phasesOf(child)).toMatchObject({
      'stop intake': 'done',
      'drain consumers': 'late',
      'close store': 'done',
      'close admin': 'done',
    });
  });

  it('exits at once with 1 on a second signal', async () => {
    const { child, api } = await ready({ HANDLER_MS: '60000' });
    await api('/publish/m1');
    await child.said('handling');
    child.process.kill('SIGTERM');
    await child.said('stopping');
    child.process.kill('SIGTERM');
    expect(await child.exited).toBe(1);
    expect(child.output()).toContain('a second signal');
  });

  it('while it starts, stops once the start is over, opens no port, and exits with 0', async () => {
    const { child } = start({ START_MS: '500' });
    await child.said('starting');
    child.process.kill('SIGTERM');
    expect(await child.exited).toBe(0);
    const said = child.lines().map(({ msg }) => msg);
    expect(said).toContain('drained');
    expect(said).not.toContain('ready');
    expect(said).not.toContain('could not start');
  });
});

describe('a process with traces on', () => {
  it('stops cleanly, and logs what is lost, when no collector accepts them', async () => {
    const preload = import.meta.resolve('@herald/telemetry/preload');
    const traces = { NODE_OPTIONS: `--import ${preload}`, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const { child, api } = await ready(traces);
    await api('/publish/m1');
    await child.said('handled');
    child.process.kill('SIGTERM');
    expect(await child.exited).toBe(0);
    expect(await phasesOf(child)).toMatchObject({ telemetry: 'done', 'close admin': 'done' });
    expect(child.output()).toContain('the last traces could not be exported');
  });
});

describe('a process that fails', () => {
  it('to start a service logs why, closes what is open, and exits with 1', async () => {
    const { child } = start({ FAIL_START: 'true' });
    expect(await child.exited).toBe(1);
    expect(await child.said('could not start')).toMatchObject({
      level: 'fatal',
      err: { message: 'no projection' },
    });
    expect(await phasesOf(child)).toMatchObject({ 'close broker': 'done', 'close store': 'done' });
  });

  it('to get its port exits with 1', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        if (typeof address === 'object' && address !== null) resolve(address.port);
      });
    });
    const { child } = start({ PORT: String(port) });
    expect(await child.exited).toBe(1);
    expect(await child.said('could not start')).toMatchObject({ err: { code: 'EADDRINUSE' } });
    other.close();
  });

  it('for its configuration lists the faults on stderr and exits with 1', async () => {
    const { child } = start({ PORT: 'eighty', LOG_LEVEL: 'loud' });
    expect(await child.exited).toBe(1);
    expect(child.output()).toMatch(/2 faults:\n {2}PORT is "eighty"; .*\n {2}LOG_LEVEL is "loud"; /);
    expect(child.output()).not.toContain('    at ');
  });

  it.each([
    ['/throw', 'thrown by nobody'],
    ['/reject', 'rejected by nobody'],
  ])(
    'with an error nobody caught (%s) logs it and exits with 1; what is on disk stays',
    async (path, message) => {
      const { dir, child, api } = await ready({ HANDLER_MS: '60000' });
      await api('/publish/m1');
      await child.said('handling');
      await api(path).catch(() => {});
      expect(await child.exited).toBe(1);
      expect(child.lines().find(({ level }) => level === 'fatal')).toMatchObject({ err: { message } });
      expect(await leftIn(dir)).toMatchObject({ ready: 1 });
    },
  );
});

it('a process that listens on every address says so once, with host and port', async () => {
  const { child } = start({ HOST: '0.0.0.0' });
  await child.said('ready');
  const said = child.lines().filter((line) => 'port' in line || /listening/i.test(String(line.msg)));
  const place = { host: '0.0.0.0', port: expect.any(Number), adminPort: expect.any(Number) };
  expect(said).toEqual([expect.objectContaining({ msg: 'ready', ...place })]);
});

describe('the admin port', () => {
  it('says that it is starting, and then ready, with each check by name', async () => {
    const adminPort = await freePort();
    const { child } = start({ START_MS: '500', ADMIN_PORT: String(adminPort) });
    await child.said('starting');
    const readiness = async () => {
      const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
      return { status: response.status, body: await response.json() };
    };
    expect(await readiness()).toMatchObject({ status: 503, body: { ready: false, stage: 'starting' } });
    await child.said('ready');
    const well = { ok: true, ms: expect.any(Number), needed: true };
    expect(await readiness()).toEqual({
      status: 200,
      body: { ready: true, stage: 'running', checks: { store: well, broker: well, 'fixture.health': well } },
    });
  });

  it('says which check fails and why, without personal data', async () => {
    const { admin } = await ready({ WELL: 'false' });
    const response = await admin('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      checks: { 'fixture.health': { ok: false, error: 'unwell, says [address]' } },
    });
    expect((await admin('/livez')).status).toBe(200);
    expect(await (await admin('/metrics')).text()).toContain('\nherald_ready 0\n');
  });

  it('shows the metrics of the process', async () => {
    const { admin, api, child } = await ready();
    await api('/publish/m1');
    await child.said('handled');
    const text = await (await admin('/metrics')).text();
    for (const line of [
      'herald_clock_rate 1',
      'herald_delay_strategy_info{strategy="embedded"} 1',
      'herald_queue_messages{queue="work",state="dead"} 0',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('is the only port for all that', async () => {
    const { api, admin } = await ready();
    for (const path of ['/livez', '/readyz', '/metrics']) expect((await api(path, 'GET')).status).toBe(404);
    expect((await admin('/openapi.json')).status).toBe(404);
  });
});
