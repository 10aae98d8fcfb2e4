import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Client,
  createClient,
  describeProblem,
  type Inbox,
  openInbox,
  runReplay,
  startHerald,
  WORKSPACE,
  waitUntilQuiet,
  writeCredentials,
} from '@herald/harness';
import { startReceiver } from '@herald/vendors';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** From another system's webhook to the message that leaves: one process on its embedded store and broker. */

const IDS = ['820982911946154508', '820982911946154509'];

let dir = '';
let stopHerald = async (): Promise<number | string> => 0;
let client: Client;
let key = '';
let http = '';
let admin = '';
let inbox: Inbox;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

const ok = async (answer: ReturnType<Client['send']>): Promise<void> => {
  const given = await answer;
  if (!given.ok) throw new Error(describeProblem(given));
};
const send = (method: string, path: string, body: object) =>
  client.send(method, `/v1/${path}`, JSON.stringify(body));
const hook = (source: string, body: string) =>
  createClient(http).send('POST', `/hooks/${WORKSPACE}/${source}`, body);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'herald-payloads-'));
  const { apiKey, env } = await writeCredentials(dir);
  const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
  await writeFile(join(dir, 'secrets', `${WORKSPACE}.webhook`), secret, { mode: 0o600 });
  [inbox, receiver, key] = [await openInbox(), await startReceiver(), apiKey];
  const herald = startHerald(
    {
      ...env,
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: join(dir, 'data'),
      SMTP_URL: inbox.url,
      SENDER: 'Acme <news@acme.example>',
      WEBHOOK_ALLOW: '127.0.0.1/32',
    },
    join(dir, 'log.jsonl'),
  );
  stopHerald = () => herald.stop();
  ({ http, admin } = await herald.ready);
  client = createClient(http, apiKey);
});
afterAll(async () => {
  await stopHerald();
  await Promise.all([inbox.stop(), receiver.close()]);
  await rm(dir, { recursive: true, force: true });
});

test('national numbers are read by the country of the settings as soon as it is set, and refused before', async () => {
  const updated = (prospectId: string, phone: string) =>
    send('POST', 'events', { type: 'prospect.updated', prospectId, data: { traits: { phone } } });
  await client.put('/v1/sources/crm', {
    verify: { scheme: 'none' },
    map: {
      type: '"prospect.updated"',
      prospectId: 'body.who',
      data: '{"traits": {"phone": body.phone}}',
    },
  });
  const fromCrm = (who: string, phone: string) => hook('crm', JSON.stringify({ who, phone }));
  const phoneOf = async (who: string) =>
    (await client.get<{ traits: { phone?: string } }>(`/v1/prospects/${who}`)).traits.phone;

  for (const [answer, status] of [
    [await updated('uma', '07946 000999'), 400],
    [await fromCrm('uma', '07946 000999'), 422],
  ] as const) {
    expect(answer.status).toBe(status);
    expect(describeProblem(answer)).toMatch(/traits\/phone .*no country is set/);
  }

  await client.put('/v1/settings', { country: 'GB' });
  await ok(updated('gus', '07946 000999'));
  await ok(fromCrm('gwen', '(07946) 000998'));
  await client.must('PATCH', '/v1/settings', { country: 'MX' });
  await ok(updated('max', '044 55 1234 5678'));
  await ok(fromCrm('mia', '+52 1 55 1234 5679'));
  await client.must('PATCH', '/v1/settings', { country: null });
  expect((await updated('uma', '07946 000999')).status).toBe(400);

  const wanted = { gus: '+447946000999', gwen: '+447946000998', max: '+525512345678', mia: '+525512345679' };
  for (const [who, phone] of Object.entries(wanted))
    await expect.poll(() => phoneOf(who).catch(() => undefined)).toBe(phone);
});

test('integers beyond 2^53 keep every digit to the mail, the outgoing webhook and the log', async () => {
  await client.put('/v1/templates/mail', {
    channel: 'email',
    subject: 'Order <%= it.event.data.order %>',
    text: 'As text <%= it.event.data.text %>, as a number <%= it.event.data.order %>',
  });
  await client.put('/v1/templates/hook', {
    channel: 'webhook',
    body: '{ "order": <%= it.event.data.order %>, "person": <%= it.prospect.id %> }',
  });
  await client.put('/v1/campaigns/orders', {
    id: 'orders',
    enter: { on: 'order.placed', again: 'always' },
    steps: [
      { id: 'mail', email: { template: 'mail' } },
      { id: 'tell', webhook: { url: `${receiver.url}/orders`, template: 'hook' } },
    ],
  });
  await client.post('/v1/campaigns/orders/launch');
  await client.put('/v1/sources/shop', {
    verify: { scheme: 'none' },
    map: {
      id: 'string(body.id)',
      type: '"order.placed"',
      prospectId: 'string(body.customer.id)',
      data: '{"order": body.id, "text": string(body.id), "lines": body.lines}',
    },
  });
  for (const id of IDS)
    await ok(
      send('POST', 'events', {
        type: 'prospect.updated',
        prospectId: id,
        data: { traits: { email: `c${id}@example.com` } },
      }),
    );
  for (const id of [...IDS, ...IDS])
    await ok(hook('shop', `{"id":${id},"customer":{"id":${id}},"lines":[{"id":${id}}]}`));

  await expect.poll(() => receiver.requests.length, { timeout: 30_000 }).toBe(2);
  await waitUntilQuiet(client, admin);
  for (const id of IDS) {
    const mails = inbox.mails.filter(({ to }) => to === `c${id}@example.com`);
    expect(mails.map(({ parsed }) => [parsed.subject, parsed.text?.trim()])).toEqual([
      [`Order ${id}`, `As text ${id}, as a number ${id}`],
    ]);
  }
  expect(receiver.requests.map(({ body }) => body.replaceAll(/\s/g, '')).sort()).toEqual(
    IDS.map((id) => `{"order":${id},"person":"${id}"}`),
  );

  // As text: JSON.parse would lose digits.
  const headers = { authorization: `Bearer ${key}` };
  const log = await (await fetch(`${http}/v1/events?type=order.placed`, { headers })).text();
  for (const id of IDS) {
    expect(log.match(new RegExp(`"order":${id}\\b`, 'g'))).toHaveLength(1);
    expect(log).toContain(`"text":"${id}"`);
    expect(log).toContain(`"lines":[{"id":${id}}]`);
    expect(log).toContain(`"prospectId":"${id}"`);
  }
});

test('a replay of the log gives the same documents', async () => {
  await waitUntilQuiet(client, admin);
  expect(await stopHerald()).toBe(0);
  const { code, output } = await runReplay({ DATA_DIR: join(dir, 'data') }, ['--verify']);
  expect([code, output]).toEqual([0, expect.stringContaining('no differences')]);
});
