import { signTrackedLink } from '@herald/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LINK_SECRET, startIngest, type TestIngest } from '../testing/start-ingest.ts';

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
});
afterEach(async () => {
  ingest.faults.publish = false;
  await ingest.published();
});
afterAll(() => ingest.stop());

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const MINUTE = 60_000;
const about = () => ({
  workspace: 'acme',
  prospectId: 'ann',
  messageId: 'm-1',
  madeAt: ingest.time.now - MINUTE,
});
const target = 'https://shop.example/a?who=ann%40private.example#part';
const click = () => signTrackedLink({ ...about(), target }, LINK_SECRET);
const open = () => signTrackedLink(about(), LINK_SECRET);
const get = (token: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  ingest.app.inject({ method, url: `/t/${token}`, headers: { 'user-agent': BROWSER, ...headers } });
const reported = async () => (await ingest.published()).map(({ data }) => data);

describe('a link in a mail', () => {
  it('redirects to its target, is cached nowhere, and is recorded without its query', async () => {
    const response = await get(click());
    expect([response.statusCode, response.headers.location]).toEqual([302, target]);
    expect(response.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
    });
    expect(response.headers['set-cookie']).toBeUndefined();
    expect(await ingest.published()).toMatchObject([
      {
        type: 'message.reported',
        workspace: 'acme',
        stream: 'prospect/ann',
        source: 'tracking',
        occurredAt: ingest.time.now,
        data: { messageId: 'm-1', outcome: 'clicked', url: 'https://shop.example/a' },
      },
    ]);
  });

  it('followed again within the minute is the same event, later another', async () => {
    const token = click();
    ingest.time.now = Math.floor(ingest.time.now / MINUTE) * MINUTE;
    for (let n = 0; n < 50; n += 1) await get(token);
    ingest.time.now += MINUTE;
    await get(token);
    const published = await ingest.published();
    expect([published.length, new Set(published.map(({ id }) => id)).size]).toEqual([51, 2]);
  });

  it('redirects even if the broker does not confirm; that is counted as lost', async () => {
    ingest.faults.publish = true;
    const response = await get(click());
    expect([response.statusCode, response.headers.location]).toEqual([302, target]);
    expect(await ingest.metrics.registry.metrics()).toContain(
      'herald_callbacks_total{provider="herald",result="lost"} 1',
    );
  });

  it.each([
    [false, 'accepted'],
    [true, 'lost'],
  ])(
    'redirects before a slow broker answers; its later answer is counted (it fails: %j)',
    async (fails, result) => {
      const counted = async () =>
        Number(
          new RegExp(`herald_callbacks_total\\{provider="herald",result="${result}"\\} (\\d+)`).exec(
            await ingest.metrics.registry.metrics(),
          )?.[1] ?? 0,
        );
      const before = await counted();
      const broker = Promise.withResolvers<void>();
      ingest.faults.slow = broker.promise;
      ingest.faults.publish = fails;
      const response = await get(click());
      expect([response.statusCode, response.headers.location]).toEqual([302, target]);
      expect(await counted()).toBe(before);
      ingest.faults.slow = undefined;
      broker.resolve();
      await vi.waitFor(async () => expect(await counted()).toBe(before + 1));
      expect(await reported()).toHaveLength(fails ? 0 : 1);
    },
  );

  it('redirects even over the workspace’s rate, and is not recorded', async () => {
    const limited = await startIngest({ rate: 0.001 });
    try {
      const token = click();
      const follow = () =>
        limited.app.inject({ method: 'GET', url: `/t/${token}`, headers: { 'user-agent': BROWSER } });
      for (let n = 0; n < 1_000; n += 1) await follow();
      const response = await follow();
      expect([response.statusCode, response.headers.location]).toEqual([302, target]);
      expect(await limited.published()).toHaveLength(1_000);
      expect(await limited.metrics.registry.metrics()).toContain(
        'herald_callbacks_total{provider="herald",result="limited"} 1',
      );
    } finally {
      await limited.stop();
    }
  });

  it('followed while the process stops is recorded before it has stopped', async () => {
    const stopping = await startIngest();
    const broker = Promise.withResolvers<void>();
    stopping.faults.slow = broker.promise;
    await stopping.app.inject({ method: 'GET', url: `/t/${click()}`, headers: { 'user-agent': BROWSER } });
    const closed = stopping.app.close();
    expect(await Promise.race([closed.then(() => 'closed'), stopping.published()])).toEqual([]);
    broker.resolve();
    await closed;
    expect(await stopping.published()).toHaveLength(1);
    await stopping.stop();
  });

  it.each(['https://evil.example', 'javascript:alert(1)', '//evil.example'])(
    'never goes to %s, which nobody signed',
    async (evil) => {
      const [payload = '', mac] = click().split('.');
      const parts = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const forged = `${Buffer.from(JSON.stringify([...parts.slice(0, 4), evil])).toString('base64url')}.${mac}`;
      for (const url of [
        `/t/${forged}`,
        `/t/${click()}?url=${evil}`,
        `/t/${evil}`,
        `/t/${encodeURIComponent(evil)}`,
      ]) {
        const response = await ingest.app.inject({ method: 'GET', url, headers: { 'user-agent': BROWSER } });
        expect(response.headers.location ?? '').not.toContain('evil');
        expect(response.headers.location ?? '').not.toContain('javascript');
      }
      const script = signTrackedLink({ ...about(), target: 'javascript:alert(1)' }, LINK_SECRET);
      expect((await get(script)).statusCode).toBe(404);
      expect((await get(signTrackedLink({ ...about(), target }, 'another secret'))).statusCode).toBe(404);
    },
  );
});

describe('a picture in a mail', () => {
  it('reports an open', async () => {
    const response = await get(open());
    expect([
      response.statusCode,
      response.headers['content-type'],
      response.headers['cache-control'],
    ]).toEqual([200, 'image/gif', 'no-store']);
    expect(response.rawPayload.subarray(0, 4).toString()).toBe('GIF8');
    expect(await reported()).toEqual([{ messageId: 'm-1', outcome: 'opened' }]);
  });

  it('fetched at once is a person’s, who waited for the mail', async () => {
    await get(signTrackedLink({ ...about(), madeAt: ingest.time.now }, LINK_SECRET));
    expect(await reported()).toEqual([{ messageId: 'm-1', outcome: 'opened' }]);
  });

  it('prefetched by Apple’s mail privacy is recorded as a machine’s', async () => {
    await get(open(), { 'user-agent': 'Mozilla/5.0' });
    expect(await reported()).toEqual([{ messageId: 'm-1', outcome: 'opened', machine: true }]);
  });

  it('fetched by the picture proxy of a mail service, which does so when the mail is opened, is a person’s', async () => {
    await get(open(), {
      'user-agent':
        'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
    });
    expect(await reported()).toEqual([{ messageId: 'm-1', outcome: 'opened' }]);
  });
});

describe('a program that follows links', () => {
  it('by HEAD gets the target of the link, and is not recorded', async () => {
    const response = await get(click(), {}, 'HEAD');
    expect([response.statusCode, response.headers.location]).toEqual([302, target]);
    expect(await reported()).toEqual([]);
  });

  it.each([
    [{ 'user-agent': 'Mozilla/5.0 (compatible; bingbot/2.0)' }],
    [{ 'user-agent': 'Slackbot-LinkExpanding 1.0' }],
    [{ 'user-agent': 'BarracudaCentral/1.0' }],
    [{ 'user-agent': 'curl/8.5.0' }],
    [{ 'user-agent': '' }],
    [{ 'sec-purpose': 'prefetch;prerender' }],
  ])('with %j is recorded as a scanner, and redirected like anybody', async (headers) => {
    expect((await get(click(), headers)).statusCode).toBe(302);
    expect(await reported()).toMatchObject([{ outcome: 'clicked', scanner: expect.any(String) }]);
  });

  it('or anybody who does so sooner than one can read is one; a telephone called Cubot is not', async () => {
    const fresh = (age: number) =>
      signTrackedLink({ ...about(), madeAt: ingest.time.now - age, target }, LINK_SECRET);
    await get(fresh(4_999));
    await get(fresh(5_000));
    await get(click(), { 'user-agent': 'Mozilla/5.0 (Linux; Android 12; CUBOT X18) AppleWebKit/537.36' });
    expect((await reported()).map(({ scanner }) => scanner)).toEqual([
      'came too soon after the mail was sent',
      undefined,
      undefined,
    ]);
  });
});

it('no token and no address of a person is in a log', () => {
  expect(ingest.logged()).not.toMatch(/private|who=/);
  expect(ingest.logged()).not.toContain(click().slice(0, 40));
});
