import { messageReference, recipientMark } from '@herald/contracts';
import { deriveId } from '@herald/domain';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { postEvents, WEBHOOK_KEY } from '../../testing/sendgrid.ts';
import { LINK_SECRET, PUBLIC_URL, startIngest, type TestIngest } from '../../testing/start-ingest.ts';

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest({ sendgridWebhookKey: WEBHOOK_KEY });
});
afterEach(async () => {
  ingest.faults.publish = false;
  await ingest.published();
});
afterAll(() => ingest.stop());

const herald = messageReference(LINK_SECRET, {
  workspace: 'acme',
  prospectId: 'ann',
  messageId: 'm-1',
  channel: 'email',
});
const event = (name: string, more: object = {}) => ({
  email: 'ann@private.example',
  timestamp: Math.floor(ingest.time.now / 1000) - 5,
  event: name,
  ip: '192.0.2.1',
  sg_event_id: `id-${name}`,
  sg_message_id: 'LRzXl.filter',
  herald,
  ...more,
});
const post = (body: unknown, more?: Parameters<typeof postEvents>[2]) => postEvents(ingest, body, more);
const counted = async (result: string): Promise<number> => {
  const text = await ingest.metrics.registry.metrics();
  return Number(
    new RegExp(`herald_callbacks_total{provider="sendgrid",result="${result}"} (\\d+)`).exec(text)?.[1] ?? 0,
  );
};

describe('what SendGrid reports', () => {
  it('of a copy changes nothing for the one whom the mail is for', async () => {
    const herald_to = recipientMark(LINK_SECRET, herald, 'ann@private.example');
    const before = await counted('copy');
    const bounce = { herald_to, type: 'bounce', reason: '550 no such user' };
    const copy = await post([
      event('bounce', { ...bounce, email: 'bob@private.example' }),
      event('unsubscribe', { herald_to, email: 'bob@private.example' }),
      event('spamreport', { herald_to, email: undefined }),
    ]);
    expect(copy.json()).toEqual({ accepted: 0, passedOver: 3 });
    expect(await counted('copy')).toBe(before + 3);
    const own = await post([event('bounce', { ...bounce, email: 'Ann@private.example' })]);
    expect(own.json()).toEqual({ accepted: 1, passedOver: 0 });
    expect((await ingest.published()).map(({ data }) => data)).toMatchObject([
      { messageId: 'm-1', outcome: 'bounced', bounce: 'hard' },
    ]);
  });

  it('becomes an event of its message’s prospect, with nothing of the person in it', async () => {
    const response = await post([event('delivered', { response: '250 OK' })]);
    expect([response.statusCode, response.json()]).toEqual([200, { accepted: 1, passedOver: 0 }]);
    const id = deriveId('message.reported', 'callbacks/sendgrid', 'm-1', 'id-delivered');
    expect(await ingest.published()).toEqual([
      {
        workspace: 'acme',
        id,
        correlationId: id,
        stream: 'prospect/ann',
        type: 'message.reported',
        occurredAt: ingest.time.now - 5_000,
        receivedAt: ingest.time.now,
        source: 'callbacks/sendgrid',
        data: { messageId: 'm-1', outcome: 'delivered', provider: 'sendgrid' },
        schema: 1,
        depth: 0,
      },
    ]);
  });

  it.each([
    ['processed', {}, { outcome: 'sent' }],
    [
      'deferred',
      { response: '450 <ann@private.example> later' },
      { outcome: 'deferred', reason: '450 <(address)> later' },
    ],
    ['open', {}, { outcome: 'opened' }],
    ['open', { sg_machine_open: true }, { outcome: 'opened', machine: true }],
    [
      'click',
      { url: 'https://shop.example/a?token=secret#x', useragent: 'Mozilla/5.0 (X11)' },
      { outcome: 'clicked', url: 'https://shop.example/a' },
    ],
    [
      'click',
      { url: 'https://shop.example/', useragent: 'BarracudaCentral' },
      { outcome: 'clicked', scanner: expect.any(String) },
    ],
    [
      'bounce',
      { type: 'bounce', reason: '550 no such user' },
      { outcome: 'bounced', bounce: 'hard', reason: '550 no such user' },
    ],
    ['bounce', { type: 'blocked', reason: '421 try later' }, { outcome: 'bounced', bounce: 'soft' }],
    ['bounce', { type: 'blocked', reason: '550 spam' }, { outcome: 'failed' }],
    ['dropped', { reason: 'Bounced Address' }, { outcome: 'bounced', bounce: 'hard' }],
    [
      'bounce',
      { type: 'bounce', status: '5.2.2', reason: '552 5.2.2 <ann@private.example> mailbox full' },
      { outcome: 'bounced', bounce: 'soft' },
    ],
    [
      'bounce',
      { type: 'bounce', status: '5.0.0', reason: '500 unknown', bounce_classification: 'Invalid Address' },
      { outcome: 'bounced', bounce: 'hard' },
    ],
    [
      'bounce',
      { type: 'bounce', status: '5.0.0', bounce_classification: 'Mailbox Unavailable' },
      { outcome: 'bounced', bounce: 'soft' },
    ],
    [
      'bounce',
      { type: 'bounce', status: '4.4.7', reason: 'unable to get mx info' },
      { outcome: 'bounced', bounce: 'soft' },
    ],
    [
      'bounce',
      { type: 'blocked', status: '5.7.26', reason: '550 5.7.26 fails DMARC' },
      { outcome: 'failed', reason: '550 5.7.26 fails DMARC' },
    ],
    ['bounce', { type: 'blocked', bounce_classification: 'Reputation' }, { outcome: 'failed' }],
    ['bounce', { type: 'blocked', status: '5.1.1' }, { outcome: 'bounced', bounce: 'soft' }],
    ['bounce', {}, { outcome: 'bounced', bounce: 'hard' }],
    ['dropped', { reason: 'Invalid' }, { outcome: 'bounced', bounce: 'hard' }],
    [
      'dropped',
      { reason: 'Invalid SMTPAPI header' },
      { outcome: 'failed', reason: 'Invalid SMTPAPI header' },
    ],
    ['dropped', { reason: 'Recipient List over Package Quota' }, { outcome: 'failed' }],
    ['spamreport', {}, { outcome: 'complained' }],
  ])('%s %j means %j', async (name, more, expected) => {
    expect((await post([event(name, more)])).statusCode).toBe(200);
    const [published, ...others] = await ingest.published();
    expect(others).toEqual([]);
    expect(published?.data).toMatchObject(expected);
    expect(JSON.stringify(published)).not.toMatch(/private|192\.0\.2|secret/);
  });

  it.each(['unsubscribe', 'group_unsubscribe'])('%s unsubscribes the person from e-mails', async (name) => {
    await post([event(name)]);
    expect(await ingest.published()).toMatchObject([
      { type: 'prospect.unsubscribed', stream: 'prospect/ann', data: { channel: 'email', messageId: 'm-1' } },
    ]);
  });

  it('group_resubscribe subscribes the person to e-mails again', async () => {
    await post([event('group_resubscribe')]);
    expect(await ingest.published()).toMatchObject([
      { type: 'prospect.subscribed', stream: 'prospect/ann', data: { channel: 'email', messageId: 'm-1' } },
    ]);
  });

  it.each(['Unsubscribed Address', 'Spam Reporting Address'])(
    'dropped for %j fails the message and unsubscribes the person, whom SendGrid writes to no more',
    async (reason) => {
      expect((await post([event('dropped', { reason })])).json()).toEqual({ accepted: 1, passedOver: 0 });
      expect(await ingest.published()).toMatchObject([
        { type: 'message.reported', data: { outcome: 'failed', reason } },
        { type: 'prospect.unsubscribed', data: { channel: 'email' } },
      ]);
    },
  );

  it('fifty times at once is one event', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post([event('open')])));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    const published = await ingest.published();
    expect(published).toHaveLength(50);
    expect(new Set(published.map(({ id }) => id)).size).toBe(1);
  });

  it('of messages of several workspaces goes to each by what its own reference says', async () => {
    const globex = messageReference(LINK_SECRET, {
      workspace: 'globex',
      prospectId: 'ann',
      messageId: 'm-2',
      channel: 'email',
    });
    await post([event('open'), event('open', { herald: globex, workspace: 'acme' })]);
    expect((await ingest.published()).map(({ workspace, data }) => [workspace, data.messageId])).toEqual([
      ['acme', 'm-1'],
      ['globex', 'm-2'],
    ]);
  });

  it('about messages of other installations are ignored and counted, and do not keep the rest from being accepted', async () => {
    const [foreign, ignored] = [await counted('foreign'), await counted('ignored')];
    const forged = `${herald.slice(0, -1)}${herald.endsWith('A') ? 'B' : 'A'}`;
    const stranger = messageReference('another secret', {
      workspace: 'acme',
      prospectId: 'ann',
      messageId: 'm-1',
      channel: 'email',
    });
    const ofText = messageReference(LINK_SECRET, {
      workspace: 'acme',
      prospectId: 'ann',
      messageId: 'm-1',
      channel: 'sms',
    });
    const response = await post([
      event('open', { herald: undefined }),
      ...[forged, stranger, ofText, 7].map((token) => event('open', { herald: token })),
      event('click', { url: `${PUBLIC_URL}/u/a-token` }),
      event('account_status_change'),
      event('open', { sg_event_id: undefined }),
      event('open', { timestamp: 'now' }),
      null,
      'text',
      event('delivered'),
    ]);
    expect([response.statusCode, response.json()]).toEqual([200, { accepted: 1, passedOver: 11 }]);
    expect(await ingest.published()).toHaveLength(1);
    expect([await counted('foreign'), await counted('ignored')]).toEqual([foreign + 5, ignored + 6]);
  });

  it.each([Number.MAX_VALUE, 1e15, 0, -1e300])(
    'with an impossible time (%d) gets the current one',
    async (timestamp) => {
      await post([event('open', { timestamp })]);
      expect((await ingest.published())[0]?.occurredAt).toBe(ingest.time.now);
    },
  );
});

describe('what is not SendGrid’s', () => {
  it('is refused: forged, altered, stale, of the future, unsigned', async () => {
    const body = JSON.stringify([event('open')]);
    const answers = [
      await post(body, { signed: '[]' }),
      await post(body, { at: ingest.time.now - 26 * 3_600_000 }),
      await post(body, { at: ingest.time.now + 400_000 }),
      await ingest.app.inject({
        method: 'POST',
        url: '/callbacks/sendgrid',
        headers: { 'content-type': 'application/json' },
        payload: body,
      }),
    ];
    for (const { statusCode } of answers) expect(statusCode).toBe(401);
    expect(await ingest.published()).toEqual([]);
  });

  it('is a 400 if it is signed and not a list of events', async () => {
    for (const body of ['{}', '[', '"x"', '[{"__proto__":1}]'])
      expect((await post(body)).statusCode).toBe(400);
    expect(await ingest.published()).toEqual([]);
  });
});

it('is a 503, which SendGrid retries, when the broker does not confirm', async () => {
  ingest.faults.publish = true;
  expect((await post([event('open')])).statusCode).toBe(503);
});

it('is a 503 if no key is set; an invalid key stops the start', async () => {
  const other = await startIngest();
  expect((await postEvents(other, [])).statusCode).toBe(503);
  await other.stop();
  await expect(startIngest({ sendgridWebhookKey: 'nonsense' })).rejects.toThrow('SENDGRID_WEBHOOK_KEY');
});

it('does not appear in the log with the person', () => {
  expect(ingest.logged()).not.toMatch(/private|192\.0\.2/);
  expect(ingest.logged()).not.toContain(herald.slice(0, 40));
});
