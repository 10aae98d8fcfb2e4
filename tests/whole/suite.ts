import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Message, readMetrics, waitUntilQuiet } from '@herald/harness';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { GITHUB_SECRET, type Whole } from './whole.ts';

/** The whole system, seen from outside. Every set-up passes this suite. */
export function wholeSuite(name: string, start: () => Promise<Whole>): void {
  describe(name, () => suite(start));
}

function suite(start: () => Promise<Whole>): void {
  let whole: Whole;
  beforeAll(async () => {
    whole = await start();
    await whole.acme.put('/v1/templates/hello', {
      channel: 'email',
      subject: 'Hello <%= it.prospect.traits.name %>',
      html:
        '<p>Hello <%= it.prospect.traits.name %></p><p><a href="<%= it.links.unsubscribe ' +
        '%>">Unsubscribe</a></p>',
    });
    await whole.acme.put('/v1/campaigns/hello', {
      id: 'hello',
      enter: { on: 'trial.started', again: 'always' },
      exit: [{ on: 'subscription.started' }],
      steps: [
        { id: 'first', email: { template: 'hello' } },
        { id: 'pause', wait: whole.pause },
        { id: 'second', email: { template: 'hello' } },
      ],
    });
    await whole.acme.post('/v1/campaigns/hello/launch');
  });
  afterAll(() => whole.stop());

  const quiet = () => waitUntilQuiet(whole.acme, whole.admins);

  const profile = (who: string, name: string | null = who) => ({
    type: 'prospect.updated',
    prospectId: who,
    data: { traits: { email: `${who}@example.com`, name } },
  });
  const starts = (who: string) => ({ type: 'trial.started', prospectId: who });
  const mailsTo = (who: string) => whole.inbox.mails.filter(({ to }) => to === `${who}@example.com`);
  const messagesOf = (who: string) => whole.acme.all<Message>(`/v1/messages?prospectId=${who}`);

  describe('from an event to a mail', () => {
    test('both mails of the campaign arrive, and the timeline says why', async () => {
      await whole.acme.post('/v1/events', [profile('ada', 'Ada'), starts('ada')]);
      await quiet();
      expect(mailsTo('ada').map(({ parsed }) => parsed.subject)).toEqual(['Hello Ada', 'Hello Ada']);
      const timeline = await whole.acme.get<{ items: { what: string }[] }>('/v1/prospects/ada/timeline');
      const steps = timeline.items.map(({ what }) => what).join('\n');
      for (const part of [
        'entered hello',
        'waits at pause',
        'went on from pause',
        'sent to ada@example.com',
      ]) {
        expect(steps).toContain(part);
      }
    });

    test('one click unsubscribes: later messages are suppressed, with the reason', async () => {
      await whole.acme.post('/v1/events', [profile('bob', 'Bob'), starts('bob')]);
      await expect.poll(() => mailsTo('bob').length).toBe(1);
      const { parsed } = mailsTo('bob')[0] ?? expect.unreachable();
      const list = parsed.headers.get('list') as
        | { unsubscribe?: { url: string }; 'unsubscribe-post'?: unknown }
        | undefined;
      const url = list?.unsubscribe?.url ?? '';
      expect(JSON.stringify(list)).toContain('One-Click');
      const looked = await fetch(url); // a scanner that follows links changes nothing
      expect(await looked.text()).toContain('<form');
      const clicked = await fetch(url, { method: 'POST', body: 'List-Unsubscribe=One-Click' });
      expect(clicked.ok).toBe(true);
      await quiet();
      expect(mailsTo('bob')).toHaveLength(1);
      const messages = await messagesOf('bob');
      expect(messages.map(({ status, reason }) => [status, reason])).toContainEqual([
        'suppressed',
        'unsubscribed',
      ]);
    });

    test('an exit rule ends a run in the middle of a wait', async () => {
      await whole.acme.post('/v1/events', [profile('cid', 'Cid'), starts('cid')]);
      await expect.poll(() => mailsTo('cid').length).toBe(1);
      await whole.acme.post('/v1/events', { type: 'subscription.started', prospectId: 'cid' });
      await quiet();
      expect(mailsTo('cid')).toHaveLength(1);
      const { items } = await whole.acme.get<{ items: { status: string; reason: string }[] }>(
        '/v1/enrollments?prospectId=cid',
      );
      expect(items).toMatchObject([{ status: 'exited', reason: 'subscription.started' }]);
    });

    test('a template that misses a value fails its own message alone, and names the place', async () => {
      await whole.acme.post('/v1/events', [
        profile('dan', null),
        starts('dan'),
        profile('eve', 'Eve'),
        starts('eve'),
      ]);
      await quiet();
      const [failed] = await messagesOf('dan');
      expect(failed).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('prospect.traits.name'),
      });
      expect(mailsTo('eve')).toHaveLength(2);
    });

    test('a redelivered webhook of GitHub is one event', async () => {
      const map = {
        type: '"repo." + body.action',
        prospectId: 'body.sender.login',
        id: 'headers["x-github-delivery"]',
      };
      await whole.acme.put('/v1/sources/github', { verify: { scheme: 'github', secret: 'github' }, map });
      const body = JSON.stringify({ action: 'starred', sender: { login: 'octocat' } });
      const signature = `sha256=${createHmac('sha256', GITHUB_SECRET).update(body).digest('hex')}`;
      const deliver = (signed: string) =>
        whole.nobody.send('POST', '/hooks/acme/github', body, {
          'x-hub-signature-256': signed,
          'x-github-delivery': 'd1',
        });
      expect(
        (await Promise.all([deliver(signature), deliver(signature)])).map(({ status }) => status),
      ).toEqual([202, 202]);
      expect((await deliver(`sha256=${'0'.repeat(64)}`)).status).toBe(401);
      await expect.poll(async () => (await whole.acme.all('/v1/events?prospectId=octocat')).length).toBe(1);
    });
  });

  describe('limits', () => {
    const campaign = (id: string, more: object) => ({
      id,
      enter: { on: `${id}.began` },
      exit: [{ on: `${id}.left` }],
      steps: [
        { id: 'hello', email: { template: 'hello' } },
        { id: 'stay', wait: whole.pause },
      ],
      ...more,
    });

    test('the rate of a campaign holds, and the timeline says who had to wait for it', async () => {
      await whole.acme.put('/v1/campaigns/paced', campaign('paced', { rate: { count: 2, per: 'PT1S' } }));
      await whole.acme.post('/v1/campaigns/paced/launch');
      const people = ['pia', 'pit', 'pam', 'pip'];
      for (const who of people)
        await whole.acme.post('/v1/events', [profile(who), { type: 'paced.began', prospectId: who }]);
      await quiet();
      for (const who of people) expect(mailsTo(who)).toHaveLength(1);
      const timelines = await Promise.all(
        people.map((who) => whole.acme.get<{ items: { why: string }[] }>(`/v1/prospects/${who}/timeline`)),
      );
      expect(JSON.stringify(timelines)).toContain('campaign_rate: 2 per PT1S');
    });

    test('outside the window of a campaign its mail waits, with a reason, until it is withdrawn', async () => {
      // The services' clock may run fast. A window ten hours from now is shut long enough in any case.
      const { items } = await whole.acme.get<{ items: { sentAt: string }[] }>('/v1/messages?prospectId=pia');
      const then = Date.parse(items[0]?.sentAt ?? '') + 10 * 3_600_000;
      const hour = new Date(then).toISOString().slice(11, 13);
      const window = { from: `${hour}:00`, to: `${hour}:59`, zone: 'UTC' };
      await whole.acme.put(
        '/v1/campaigns/windowed',
        campaign('windowed', {
          window,
          steps: [...campaign('windowed', {}).steps, { id: 'on', wait: 'P30D' }],
        }),
      );
      await whole.acme.post('/v1/campaigns/windowed/launch');
      await whole.acme.post('/v1/events', [profile('wil'), { type: 'windowed.began', prospectId: 'wil' }]);
      const timeline = async () => {
        const { items } = await whole.acme.get<{ items: { what: string; why: string }[] }>(
          '/v1/prospects/wil/timeline',
        );
        return items.map(({ what, why }) => `${what}; ${why}`).join('\n');
      };
      await expect
        .poll(timeline)
        .toMatch(`its message may not leave before: send_window: ${hour}:00–${hour}:59 UTC`);
      await whole.acme.post('/v1/events', { type: 'windowed.left', prospectId: 'wil' });
      await expect.poll(timeline).toContain('exited: windowed.left');
      expect(await messagesOf('wil')).toEqual([]);
    });

    test('a mail that its run does not wait for is held alone, and withdrawn by an exit', async () => {
      const { items } = await whole.acme.get<{ items: { sentAt: string }[] }>('/v1/messages?prospectId=pia');
      const then = Date.parse(items[0]?.sentAt ?? '') + 10 * 3_600_000;
      const hour = new Date(then).toISOString().slice(11, 13);
      const [hello, ...others] = campaign('aside', {}).steps;
      await whole.acme.put(
        '/v1/campaigns/aside',
        campaign('aside', {
          window: { from: `${hour}:00`, to: `${hour}:59`, zone: 'UTC' },
          steps: [{ ...hello, then: 'dontWait' }, ...others, { id: 'on', wait: 'P30D' }],
        }),
      );
      await whole.acme.post('/v1/campaigns/aside/launch');
      await whole.acme.post('/v1/events', [profile('wim'), { type: 'aside.began', prospectId: 'wim' }]);
      const standing = async () => (await messagesOf('wim')).map(({ status, reason }) => [status, reason]);
      await expect.poll(standing).toEqual([['scheduled', `send_window: ${hour}:00–${hour}:59 UTC`]]);
      await whole.acme.post('/v1/events', { type: 'aside.left', prospectId: 'wim' });
      await expect.poll(standing).toEqual([['withdrawn', 'exited: aside.left']]);
      expect(mailsTo('wim')).toHaveLength(0);
    });
  });

  describe('an erased person leaves behind', () => {
    test('that things happened, and nothing about whom', async () => {
      await whole.acme.post('/v1/events', [profile('zoe', 'Zoe Zebra'), starts('zoe')]);
      await quiet();
      await whole.acme.must('DELETE', '/v1/prospects/zoe');
      await expect
        .poll(async () => (await whole.acme.get<{ erasedAt?: string }>('/v1/prospects/zoe')).erasedAt, {
          timeout: 10_000,
        })
        .toBeDefined();
      await quiet();
      const everything = await Promise.all([
        whole.acme.all('/v1/events?prospectId=zoe'),
        whole.acme.all('/v1/messages?prospectId=zoe'),
        whole.acme.all('/v1/enrollments?prospectId=zoe'),
        whole.acme.get('/v1/prospects/zoe/timeline'),
      ]);
      expect(JSON.stringify(everything)).not.toMatch(/Zebra|zoe@example/);
      expect(everything[1]).toHaveLength(2);
    });
  });

  describe('a stranger', () => {
    test.each([
      '/v1/prospects/ada',
      '/v1/prospects/ada/timeline',
      '/v1/campaigns/hello',
      '/v1/campaigns/hello/versions',
      '/v1/campaigns/hello/report',
      '/v1/templates/hello',
    ])('finds nothing at %s', async (path) => {
      expect(await whole.acme.send('GET', path)).toMatchObject({ status: 200 });
      expect(await whole.stranger.send('GET', path)).toMatchObject({ status: 404 });
      expect(await whole.nobody.send('GET', path)).toMatchObject({ status: 401 });
    });

    test.each([
      '/v1/events',
      '/v1/prospects',
      '/v1/campaigns',
      '/v1/enrollments',
      '/v1/templates',
      '/v1/messages',
      '/v1/sources',
    ])('sees nothing of another workspace at %s', async (path) => {
      expect((await whole.acme.all(path)).length).toBeGreaterThan(0);
      expect(await whole.stranger.all(path)).toEqual([]);
    });

    test('with the same ids is somebody else', async () => {
      await whole.stranger.post('/v1/events', [
        { id: 'same', ...profile('ada', 'Mallory') },
        { id: 'same-2', ...starts('ada') },
      ]);
      await expect.poll(async () => (await whole.stranger.all('/v1/events')).length).toBe(2);
      const { traits } = await whole.acme.get<{ traits: { name: string } }>('/v1/prospects/ada');
      expect(traits.name).toBe('Ada');
      expect(await whole.stranger.all('/v1/enrollments')).toEqual([]);
    });
  });

  describe('bad input', () => {
    test.each([
      ['malformed JSON', '/v1/events', '{"type":', 400],
      ['a wrong type', '/v1/events', '{"type":1,"prospectId":"x"}', 400],
      ['an unknown field', '/v1/events', '{"type":"a.b","prospectId":"x","color":1}', 400],
      ['a forged type', '/v1/events', '{"type":"email.sent","prospectId":"x"}', 400],
      [
        'too much',
        '/v1/events',
        JSON.stringify({ type: 'a.b', prospectId: 'x', data: { x: 'y'.repeat(2_000_000) } }),
        413,
      ],
      ['deep nesting', '/v1/events', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400],
      ['an unknown source', '/hooks/acme/nowhere', '{}', 401],
      ['nothing there', '/v1/nothing', '{}', 404],
    ])('%s is refused with a clear answer, and nothing is done', async (_what, path, body, status) => {
      const before = (await whole.acme.all('/v1/events')).length;
      const answer = await whole.acme.send('POST', path, body);
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({
        status,
        title: expect.any(String),
        detail: expect.any(String),
        code: expect.any(String),
      });
      expect((await whole.acme.all('/v1/events')).length).toBe(before);
    });

    test('of any kind leaves the process alive, ready and measured', async () => {
      for (const admin of whole.admins) {
        expect((await fetch(`${admin}/livez`)).status).toBe(200);
        expect((await fetch(`${admin}/readyz`)).status).toBe(200);
      }
      expect((await readMetrics(...whole.admins)).sum('herald_events_rejected_total')).toBeGreaterThan(0);
      for (const base of whole.bases) expect((await fetch(`${base}/metrics`)).status).toBe(404);
    });
  });

  // A second try has people of its own.
  let lates = 0;
  test('SIGTERM in the middle of everything loses nothing', async () => {
    lates += 1;
    const many = Array.from({ length: 40 }, (_, i) => `late${lates}-${i}`);
    await whole.acme.post(
      '/v1/events',
      many.flatMap((who) => [profile(who), starts(who)]),
    );
    expect(new Set(await whole.restart())).toEqual(new Set([0]));
    // Not only until it is quiet: what was put back for a retry is in no queue for some seconds.
    const mails = () => many.map((who) => mailsTo(who).length);
    await vi.waitFor(() => expect(mails()).toEqual(many.map(() => 2)), { timeout: 60_000, interval: 200 });
    await quiet();
    expect(mails()).toEqual(many.map(() => 2));
  });

  test('the API describes itself', async () => {
    const described = await Promise.all(
      whole.bases.map(async (base) => {
        expect((await fetch(`${base}/docs`)).status).toBe(200);
        const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as { paths: object };
        return Object.keys(paths);
      }),
    );
    for (const path of [
      '/v1/events',
      '/v1/campaigns/{id}',
      '/v1/templates/{id}',
      '/v1/prospects/{id}/timeline',
    ]) {
      expect(described.flat()).toContain(path);
    }
  });

  test('no secret and nothing personal has been logged', async () => {
    const log = await readFile(whole.logFile, 'utf8');
    expect(log.length).toBeGreaterThan(1_000);
    expect(log).not.toMatch(/@example\.com|Zebra|a-secret-of-acme/);
  });
}
