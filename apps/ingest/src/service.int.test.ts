import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { checksOf, createAdmin } from '@herald/process';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { startIngest, type TestIngest } from './testing/start-ingest.ts';

let ingest: TestIngest;
afterEach(() => ingest.stop());

const hook = (app = ingest.app) =>
  app.inject({
    method: 'POST',
    url: '/hooks/acme/open',
    headers: { 'content-type': 'application/json' },
    payload: { type: 'a.b' },
  });

describe('ingest', () => {
  it('answers webhooks 503, not 401, until it knows which sources there are', async () => {
    ingest = await startIngest();
    const early = await ingest.replica({ start: false });
    const response = await hook(early.app);
    expect([response.statusCode, response.json().code]).toEqual([503, 'starting']);
    await expect(early.service.checks.sources?.()).rejects.toThrow();
    await early.service.start();
    expect((await hook(early.app)).statusCode).toBe(401);
    await expect(early.service.checks.sources?.()).resolves.toBeUndefined();
  });

  it('does not start while the store cannot be read', async () => {
    ingest = await startIngest();
    const { service } = await ingest.replica({ start: false });
    ingest.faults.store = true;
    await expect(service.start()).rejects.toThrow('the store is down');
  });

  it('is ready while the database does not answer, which its readiness only shows', async () => {
    ingest = await startIngest();
    const metrics = createMetrics({ version: 'test' });
    const admin = createAdmin({ metrics, log: createLog({ service: 'ingest', level: 'silent' }) });
    onTestFinished(() => admin.close());
    const store = { ...ingest.store, ping: () => new Promise<void>(() => {}) };
    admin.setChecks(checksOf({ store, broker: ingest.broker, services: [ingest.service] }));
    admin.setStage('running');
    const port = await admin.listen('127.0.0.1', 0);
    ingest.faults.store = true;
    const readiness = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(await readiness.json()).toMatchObject({
      ready: true,
      checks: {
        store: { ok: false, needed: false },
        broker: { ok: true, needed: true },
        'ingest.sources': { ok: true, needed: true },
      },
    });
    expect(readiness.status).toBe(200);
  });

  it('limits the rate of each workspace, over events and webhooks alike, and of proven senders only', async () => {
    ingest = await startIngest({ rate: 10 });
    const auth = (key: string) => ({ authorization: `Bearer ${key}` });
    await ingest.app.inject({
      method: 'PUT',
      url: '/v1/sources/open',
      headers: auth('acme-key'),
      payload: { verify: { scheme: 'none' }, map: { type: 'body.type', prospectId: '"p"' } },
    });
    const send = (count: number, key: string) =>
      ingest.app.inject({
        method: 'POST',
        url: '/v1/events',
        headers: auth(key),
        payload: Array.from({ length: count }, () => ({ type: 'a.b', prospectId: 'p' })),
      });
    for (let n = 0; n < 20; n += 1) {
      await ingest.app.inject({ method: 'POST', url: '/hooks/acme/unknown', payload: {} });
    }
    expect((await send(1_000, 'acme-key')).statusCode).toBe(202);
    const refused = await send(500, 'acme-key');
    expect([refused.statusCode, Number(refused.headers['retry-after'])]).toEqual([429, 50]);
    const late = await Promise.all(Array.from({ length: 20 }, () => hook()));
    expect(late.map(({ statusCode }) => statusCode)).toContain(429);
    expect((await send(1_000, 'globex-key')).statusCode).toBe(202);
  });

  it('shows its routes and their errors in the document of the API', async () => {
    ingest = await startIngest();
    const { paths } = (await ingest.app.inject('/openapi.json')).json();
    expect(Object.keys(paths).sort()).toEqual([
      '/callbacks/sendgrid',
      '/callbacks/sendgrid/{workspace}/{account}',
      '/callbacks/twilio-inbound/{workspace}',
      '/callbacks/twilio-inbound/{workspace}/{account}',
      '/callbacks/twilio-status/{workspace}/{account}/{*}',
      '/callbacks/twilio/{*}',
      '/hooks/{workspace}/{source}',
      '/t/{*}',
      '/u/{*}',
      '/v1/events',
      '/v1/sources',
      '/v1/sources/{id}',
    ]);
    expect(Object.keys(paths['/v1/events'].post.responses)).toEqual(
      expect.arrayContaining(['202', '400', '401', '403', '413', '415', '429', '503']),
    );
  });
});
