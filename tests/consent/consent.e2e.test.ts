import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Client,
  createClient,
  freePort,
  type Inbox,
  type LoggedEvent,
  type Message,
  openInbox,
  runReplay,
  startHerald,
  writeCredentials,
} from '@herald/harness';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/**
 * What people and their mail servers do with a mail, seen from outside: one process, a mail server and HTTP.
 */

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };
const PATIENCE = { timeout: 30_000, interval: 100 };

let dir: string;
let client: Client;
let inbox: Inbox;
let herald: ReturnType<typeof startHerald>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'herald-consent-'));
  inbox = await openInbox();
  const { apiKey, env } = await writeCredentials(dir);
  const port = await freePort();
  herald = startHerald(
    {
      ...env,
      PORT: String(port),
      ADMIN_PORT: '0',
      DATA_DIR: join(dir, 'data'),
      SMTP_URL: inbox.url,
      SENDER: 'Acme <news@acme.test>',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
    },
    join(dir, 'log.jsonl'),
  );
  const { http } = await herald.ready;
  client = createClient(http, apiKey);
  await client.put('/v1/settings', {
    tracking: { opens: true, clicks: true },
    topics: [{ id: 'news', name: 'News' }],
  });
  await client.put('/v1/templates/news', {
    channel: 'email',
    subject: 'News',
    topic: 'news',
    html:
      '<p><a href="https://shop.test/a?b=1&amp;c=2">Shop</a> <a href="<%= it.links.unsubscribe ' +
      '%>">Choose</a></p>',
  });
  await client.put('/v1/templates/more', { channel: 'email', subject: 'More', text: 'More' });
  await client.put('/v1/campaigns/news', {
    id: 'news',
    enter: { on: 'list.joined', again: 'always' },
    steps: [
      { id: 'news', email: { template: 'news' } },
      {
        id: 'read',
        waitFor: { on: 'email.opened', when: 'event.data.stepId == "news"', timeout: 'PT1H' },
        then: [{ id: 'more', email: { template: 'more' } }],
        else: [],
      },
    ],
  });
  await client.post('/v1/campaigns/news/launch');
});
afterAll(async () => {
  await herald.stop();
  await inbox.stop();
  await rm(dir, { recursive: true, force: true });
});

const joins = (who: string, email = `${who}@home.test`) =>
  client.post('/v1/events', [
    { type: 'prospect.updated', prospectId: who, data: { traits: { email } } },
    { type: 'list.joined', prospectId: who },
  ]);
const mailTo = (who: string, subject: string) =>
  vi.waitFor(() => {
    const mail = inbox.mails.find(
      ({ to, parsed }) => to === `${who}@home.test` && parsed.subject === subject,
    );
    return mail ?? expect.unreachable(`no mail ${subject} to ${who}`);
  }, PATIENCE);
const messagesOf = (who: string) => client.all<Message>(`/v1/messages?prospectId=${who}`);
const eventsOf = (who: string) => client.all<LoggedEvent>(`/v1/events?prospectId=${who}`);
const typesOf = async (who: string) => (await eventsOf(who)).map(({ type }) => type);
const reasons = async (who: string) => (await messagesOf(who)).map(({ status, reason }) => [status, reason]);

test('an open lets a campaign go on, and a scanner’s click does not; tracked links lead where they led before', async () => {
  await joins('ada');
  const html = String((await mailTo('ada', 'News')).parsed.html);
  const [link = '', picture = ''] = [...html.matchAll(/"(http:\/\/127[^"]+\/t\/[^"]+)"/g)].map(
    ([, url = '']) => url,
  );
  const follow = (url: string, headers = {}, method = 'GET') =>
    fetch(url, { method, headers, redirect: 'manual' });
  for (const answer of [
    await follow(link, BROWSER, 'HEAD'),
    await follow(link, { 'user-agent': 'Barracuda' }),
    await follow(link, BROWSER),
  ])
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://shop.test/a?b=1&c=2']);
  await vi.waitFor(async () => expect(await typesOf('ada')).toContain('message.reported'), PATIENCE);
  expect((await follow(picture, BROWSER)).headers.get('content-type')).toBe('image/gif');
  await mailTo('ada', 'More');
  expect(await typesOf('ada')).not.toContain('email.clicked');
  expect((await messagesOf('ada')).find(({ stepId }) => stepId === 'news')).toMatchObject({
    status: 'opened',
  });
});

test('one click ends the topic of the mail, and its page subscribes to it again', async () => {
  await joins('bob');
  const { parsed } = await mailTo('bob', 'News');
  const url =
    /<(http[^>]+)>/.exec(
      String(parsed.headerLines.find(({ key }) => key === 'list-unsubscribe')?.line),
    )?.[1] ?? '';
  expect(await (await fetch(url)).text()).toMatch(/name="topic" value="news" checked/);
  await fetch(url, { method: 'POST', body: 'List-Unsubscribe=One-Click' });
  await vi.waitFor(
    async () => expect(await (await fetch(url)).text()).toMatch(/name="topic" value="news">/),
    PATIENCE,
  );
  await client.post('/v1/events', { type: 'list.joined', prospectId: 'bob' });
  await vi.waitFor(
    async () => expect(await reasons('bob')).toContainEqual(['suppressed', 'unsubscribed']),
    PATIENCE,
  );
  await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ shown: 'news', topic: 'news', from: 'choices' }),
  });
  await vi.waitFor(async () => expect(await typesOf('bob')).toContain('prospect.subscribed'), PATIENCE);
  await client.post('/v1/events', { type: 'list.joined', prospectId: 'bob' });
  await vi.waitFor(
    () => expect(inbox.mails.filter(({ to }) => to === 'bob@home.test')).toHaveLength(2),
    PATIENCE,
  );
});

test('a mailbox that does not exist gets one mail, whoever has the address, until its suppression is lifted', async () => {
  await joins('cyd', 'cyd@gone.example');
  await vi.waitFor(
    async () =>
      expect(await typesOf('cyd')).toEqual(expect.arrayContaining(['email.bounced', 'prospect.suppressed'])),
    PATIENCE,
  );
  await vi.waitFor(
    async () =>
      expect(await client.all('/v1/suppressions?channel=email')).toMatchObject([
        { address: 'cyd@gone.example', prospectId: 'cyd', reason: 'hard_bounce' },
      ]),
    PATIENCE,
  );
  await client.post('/v1/events', { type: 'list.joined', prospectId: 'cyd' });
  await joins('dan', 'Cyd@gone.example');
  for (const who of ['cyd', 'dan'])
    await vi.waitFor(
      async () => expect(await reasons(who)).toContainEqual(['suppressed', 'hard_bounce']),
      PATIENCE,
    );
  expect(inbox.refused).toHaveLength(1);
  await client.post('/v1/events', {
    type: 'prospect.unsuppressed',
    prospectId: 'cyd',
    data: { channel: 'email' },
  });
  await vi.waitFor(
    async () => expect(await client.all('/v1/suppressions?channel=email')).toEqual([]),
    PATIENCE,
  );
});

test('after an erasure nothing says what the person followed', async () => {
  await client.must('DELETE', '/v1/prospects/ada');
  await vi.waitFor(async () => {
    const left = JSON.stringify([
      await eventsOf('ada'),
      await messagesOf('ada'),
      await client.get('/v1/prospects/ada/timeline'),
    ]);
    expect(left).toContain('prospect.erased');
    expect(left).not.toMatch(/home\.test|shop\.test/);
  }, PATIENCE);
});

test('a replay gives the same, byte for byte, and the log names nobody', async () => {
  expect(await herald.stop()).toBe(0);
  const replayed = await runReplay({ DATA_DIR: join(dir, 'data') }, ['--verify']);
  expect(replayed.code, replayed.output).toBe(0);
  expect(await readFile(join(dir, 'log.jsonl'), 'utf8')).not.toMatch(/home\.test|gone\.example|\/[tu]\/ey/);
});
