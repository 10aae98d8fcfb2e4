import { collections, signUnsubscribe } from '@herald/contracts';
import { initialProspect, type ProspectState, span } from '@herald/domain';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

const claim = { workspace: 'acme', prospectId: 'ann@private.example', channel: 'email', messageId: 'm-1' };
const token = signUnsubscribe(claim, LINK_SECRET);
const ONE_CLICK = { 'content-type': 'application/x-www-form-urlencoded' };

const get = (at = token) => ingest.app.inject({ method: 'GET', url: `/u/${at}` });
const post = (payload: string | Buffer = '', headers: Record<string, string> = {}, at = token) =>
  ingest.app.inject({ method: 'POST', url: `/u/${at}`, headers, payload });

describe('the unsubscribe page', () => {
  it('shows the page, changes nothing by itself, and leaks nothing about the person', async () => {
    const response = await get();
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(response.body).toContain('<form method="post">');
    expect(response.body).toContain('noindex');
    expect(response.body).not.toMatch(/https?:|src=|<script|ann@private/);
    expect((await ingest.app.inject({ method: 'HEAD', url: `/u/${token}` })).statusCode).toBe(200);
    expect(await ingest.published()).toEqual([]);
  });

  it('shows nothing of an unknown channel', async () => {
    const response = await get(
      signUnsubscribe({ ...claim, channel: '<script>alert(1)</script>' }, LINK_SECRET),
    );
    expect([response.statusCode, response.body.includes('<script')]).toEqual([200, false]);
  });

  it('unsubscribes by its button', async () => {
    const response = await post('from=page', ONE_CLICK);
    expect([response.statusCode, response.body]).toEqual([
      200,
      expect.stringContaining('You are unsubscribed'),
    ]);
    expect(await ingest.published()).toMatchObject([
      { data: { channel: 'email', reason: 'page', messageId: 'm-1' } },
    ]);
  });
});

describe('one-click', () => {
  const multipart =
    '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n';

  it.each([
    ['the body of RFC 8058', 'List-Unsubscribe=One-Click', ONE_CLICK],
    ['the same as multipart', multipart, { 'content-type': 'multipart/form-data; boundary=b' }],
    ['no body', '', {}],
    ['another body', '{"a":1}', { 'content-type': 'application/json' }],
    ['bytes', Buffer.from([0xff, 0x00]), { 'content-type': 'application/octet-stream' }],
  ])('unsubscribes with %s', async (_title, body, headers) => {
    expect((await post(body, headers as Record<string, string>)).statusCode).toBe(200);
    expect(await ingest.published()).toEqual([
      {
        workspace: 'acme',
        id: expect.any(String),
        correlationId: expect.any(String),
        stream: 'prospect/ann@private.example',
        type: 'prospect.unsubscribed',
        occurredAt: ingest.time.now,
        receivedAt: ingest.time.now,
        source: 'unsubscribe',
        data: { channel: 'email', reason: 'one-click', messageId: 'm-1' },
        schema: 1,
        depth: 0,
      },
    ]);
  });

  it('many times at once is one event; a click later is another, because the person may have subscribed again', async () => {
    const ids = async () => new Set((await ingest.published()).map(({ id }) => id));
    await Promise.all(Array.from({ length: 50 }, () => post()));
    const first = await ids();
    expect(first.size).toBe(1);
    ingest.time.now += span.DAY;
    await post();
    const later = await ids();
    expect(new Set([...first, ...later]).size).toBe(2);
  });

  it('accepts a token of the longest possible ids', async () => {
    const longest = {
      ...claim,
      workspace: 'w'.repeat(63),
      prospectId: '漢'.repeat(200),
      messageId: 'm'.repeat(64),
    };
    const long = signUnsubscribe(longest, LINK_SECRET);
    expect((await get(long)).statusCode).toBe(200);
    expect((await post('', {}, long)).statusCode).toBe(200);
    expect(await ingest.published()).toMatchObject([{ stream: `prospect/${longest.prospectId}` }]);
  });

  it('is 503, as a page, when the broker does not confirm', async () => {
    ingest.faults.publish = true;
    const response = await post();
    expect([response.statusCode, response.headers['retry-after'], response.body]).toEqual([
      503,
      '5',
      expect.stringContaining('Please try again'),
    ]);
    expect(ingest.logged()).toContain('not_durable');
  });

  it('refuses a body over 8 KiB', async () => {
    expect((await post('x'.repeat(8_193), ONE_CLICK)).statusCode).toBe(413);
    expect(await ingest.published()).toEqual([]);
  });
});

describe('topics', () => {
  const ofNews = signUnsubscribe({ ...claim, topic: 'news' }, LINK_SECRET);
  const settings = {
    workspace: 'acme',
    id: 'settings',
    version: 1,
    topics: [
      { id: 'news', name: 'News <b>', description: 'Once a month' },
      { id: 'offers', name: 'Offers' },
      { id: 'digest', name: 'Digest', optIn: true },
    ],
  };
  const ann = (subscriptions: object) => ({
    workspace: 'acme',
    id: claim.prospectId,
    version: 1,
    state: { ...initialProspect(claim.prospectId), seq: 1, subscriptions } as ProspectState,
  });
  beforeAll(async () => {
    await ingest.store.collection(collections.settings).write([{ doc: settings, ifVersion: null }]);
    const off = { subscribed: false, at: 1, eventId: 'x' };
    await ingest.store
      .collection(collections.prospects)
      .write([{ doc: ann({ 'email:offers': off }), ifVersion: null }]);
  });
  afterAll(async () => {
    await ingest.store.collection(collections.settings).remove('acme', 'settings');
  });
  afterEach(() => {
    ingest.faults.store = false;
  });

  it('are offered with the person’s current choices, escaped, and nothing else about the person', async () => {
    const { body } = await get();
    const field = (id: string) =>
      new RegExp(`<input type="checkbox" name="topic" value="${id}"( checked)?>`).exec(body)?.[1];
    expect([field('news'), field('offers'), field('digest')]).toEqual([' checked', undefined, undefined]);
    expect(body).toContain('News &lt;b&gt;');
    expect(body).toContain('Unsubscribe from all e-mails');
    expect(body).not.toMatch(/https?:|src=|<script|ann@private|set-cookie/);
    expect(await ingest.published()).toEqual([]);
  });

  it('are changed as they are ticked, only those that were shown', async () => {
    const response = await post('topic=offers&shown=news&shown=offers&shown=%3Cx%3E&from=choices', ONE_CLICK);
    expect([response.statusCode, response.body, response.headers['set-cookie']]).toEqual([
      200,
      expect.stringContaining('Saved'),
      undefined,
    ]);
    expect((await ingest.published()).map(({ type, data }) => [type, data])).toEqual([
      ['prospect.unsubscribed', { channel: 'email', topic: 'news', reason: 'page', messageId: 'm-1' }],
      ['prospect.subscribed', { channel: 'email', topic: 'offers', reason: 'page', messageId: 'm-1' }],
    ]);
  });

  it('of the message: one click is about that one, the button about the whole channel', async () => {
    const once = await post('List-Unsubscribe=One-Click', ONE_CLICK, ofNews);
    expect([once.statusCode, once.body]).toEqual([
      200,
      expect.stringContaining('no more about News &lt;b&gt;'),
    ]);
    expect(await ingest.published()).toMatchObject([
      { data: { channel: 'email', topic: 'news', reason: 'one-click' } },
    ]);
    await post('shown=news&from=page', ONE_CLICK, ofNews);
    const [event] = await ingest.published();
    expect(event?.data).toEqual({ channel: 'email', reason: 'page', messageId: 'm-1' });
  });

  it('that cannot be read are not offered, and unsubscribing still works', async () => {
    ingest.faults.store = true;
    expect((await get()).body).toContain('Do you want to get no more e-mails');
    expect((await post('', {}, ofNews)).statusCode).toBe(200);
    expect(await ingest.published()).toHaveLength(1);
  });

  it('that whoever has a link made up are not recorded, neither alone nor among others', async () => {
    const invented = Array.from({ length: 50 }, (_, n) => `shown=a${n}&topic=a${n}`).join('&');
    const alone = await post(`${invented}&from=choices`, ONE_CLICK);
    expect([alone.statusCode, alone.body]).toEqual([
      200,
      expect.stringContaining('name="topic" value="news"'),
    ]);
    expect(await ingest.published()).toEqual([]);
    await post(`${invented}&shown=news&from=choices`, ONE_CLICK);
    expect((await ingest.published()).map(({ data }) => data.topic)).toEqual(['news']);
  });

  it('sent many times within moments are one event each, later another', async () => {
    const form = 'topic=news&shown=news&shown=offers&from=choices';
    ingest.time.now = Math.ceil(ingest.time.now / span.MINUTE) * span.MINUTE;
    for (let n = 0; n < 20; n += 1) {
      await post(form, ONE_CLICK);
      ingest.time.now += 10;
    }
    const ids = new Set((await ingest.published()).map(({ id }) => id));
    expect(ids.size).toBe(2);
    ingest.time.now += span.DAY;
    await post(form, ONE_CLICK);
    for (const { id } of await ingest.published()) ids.add(id);
    expect(ids.size).toBe(4);
  });

  it('ticked and unticked within moments end as they were left', async () => {
    ingest.time.now = Math.ceil(ingest.time.now / span.MINUTE) * span.MINUTE;
    await post('topic=news&shown=news&from=choices', ONE_CLICK);
    ingest.time.now += 1;
    await post('shown=news&from=choices', ONE_CLICK);
    const published = await ingest.published();
    expect(published.map(({ type }) => type)).toEqual(['prospect.subscribed', 'prospect.unsubscribed']);
    expect(new Set(published.map(({ id }) => id)).size).toBe(2);
  });

  it('are not confirmed as saved while the current ones cannot be read', async () => {
    ingest.faults.store = true;
    const response = await post('shown=news&from=choices', ONE_CLICK);
    expect([response.statusCode, response.headers['retry-after'], response.body]).toEqual([
      503,
      '5',
      expect.stringContaining('Please try again'),
    ]);
    expect(await ingest.published()).toEqual([]);
  });

  it('somebody changing their mind within the minute has the last word', async () => {
    const ids = new Set<string>();
    for (const body of ['from=page', 'topic=news&shown=news&from=choices', 'from=page']) {
      await post(body, ONE_CLICK);
      ingest.time.now += 1_000;
    }
    for (const { id } of await ingest.published()) ids.add(id);
    expect(ids.size).toBe(3);
  });
});

describe('a workspace’s allowance for links', () => {
  let limited: TestIngest;
  beforeAll(async () => {
    limited = await startIngest({ rate: 0.001 });
  });
  afterAll(() => limited.stop());

  it('ends in a page that asks to try again, and is apart from that for events', async () => {
    const answers = new Set<number>();
    const leave = () => limited.app.inject({ method: 'POST', url: `/u/${token}` });
    for (let n = 0; n < 1_000; n += 1) answers.add((await leave()).statusCode);
    expect([...answers]).toEqual([200]);
    const refused = await leave();
    expect([refused.statusCode, Number(refused.headers['retry-after']) > 0, refused.body]).toEqual([
      429,
      true,
      expect.stringContaining('Please try again'),
    ]);
    const event = await limited.app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { authorization: 'Bearer acme-key' },
      payload: { type: 'trial.started', prospectId: 'ann' },
    });
    expect(event.statusCode).toBe(202);
  });
});

describe('a token that Herald did not sign', () => {
  it.each([
    ['', 'empty'],
    ['x', 'short'],
    [`${token}x`, 'longer'],
    [token.slice(1), 'cut'],
    [signUnsubscribe(claim, 'another secret'), 'of another secret'],
    [`${token}/more`, 'a path'],
    ['%00', 'a zero'],
    ['a'.repeat(8_000), 'very long'],
  ])('has a page that says so (%#: %s)', async (bad) => {
    for (const response of [await get(bad), await post('', {}, bad)]) {
      expect(response.statusCode).toBe(404);
      expect(response.headers['content-type']).toContain('text/html');
      expect(response.body).toContain('This link does not work');
    }
    expect(await ingest.published()).toEqual([]);
  });

  it('never breaks it, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.boolean(), async (text, once) => {
        const bad = once
          ? encodeURIComponent(text.toWellFormed())
          : text.toWellFormed().replace(/[^\x21-\x7e]/g, '%');
        for (const response of [await get(bad), await post('', {}, bad)])
          expect([400, 404]).toContain(response.statusCode);
      }),
      { numRuns: 200 },
    );
    expect(await ingest.published()).toEqual([]);
  });

  it('is in no log, and neither is a right one', () => {
    expect(ingest.logged()).not.toContain(token);
    expect(ingest.logged()).not.toContain(token.slice(0, 40));
  });
});
