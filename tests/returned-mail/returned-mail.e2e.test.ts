import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, freePort, startHerald, writeCredentials } from '@herald/harness';
import { startMailHost } from '@herald/mail-server';
import { expect, onTestFinished, test, vi } from 'vitest';

/** A real mail server that takes a mail, finds nobody to give it to, and sends a report back. */

const PATIENCE = { timeout: 60_000, interval: 250 };

test('a bounce that Postfix sends back suppresses the person, whose next message says why', async ({
  skip,
}) => {
  const inbound = await freePort();
  const host = await startMailHost({
    relay: { domain: 'mail.acme.example', port: inbound },
    mailbox: { domain: 'box.acme.example', local: 'bounces' },
  });
  if ('unavailable' in host) {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(host.unavailable);
    return skip(host.unavailable);
  }
  const dir = await mkdtemp(join(tmpdir(), 'herald-returned-'));
  const { apiKey, env } = await writeCredentials(dir);
  const herald = startHerald(
    {
      ...env,
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: join(dir, 'data'),
      SMTP_URL: host.smtpUrl,
      SENDER: 'Acme <news@acme.example>',
      BOUNCE_ADDRESS: 'bounces@mail.acme.example',
      INBOUND_SMTP_PORT: String(inbound),
    },
    join(dir, 'log.jsonl'),
  );
  onTestFinished(async () => {
    await herald.stop();
    await host.stop();
    await rm(dir, { recursive: true, force: true });
  });
  const client = createClient((await herald.ready).http, apiKey);
  await client.put('/v1/templates/hi', { channel: 'email', subject: 'Hi', text: 'Hi' });
  await client.put('/v1/campaigns/hi', {
    id: 'hi',
    enter: { on: 'list.joined', again: 'always' },
    steps: [{ id: 'hi', email: { template: 'hi' } }],
  });
  await client.post('/v1/campaigns/hi/launch');
  const traits = { email: 'no-such-person@home.example' };
  const enter = () =>
    client.post('/v1/events', [
      { type: 'prospect.updated', prospectId: 'ada', data: { traits } },
      { type: 'list.joined', prospectId: 'ada' },
    ]);
  const outcomes = async () => {
    const path = '/v1/messages?prospectId=ada';
    const { items } = await client.get<{ items: { status: string; reason?: string }[] }>(path);
    return items.map(({ status, reason }) => `${status}: ${reason}`).toSorted();
  };
  const bounced = expect.stringMatching(/^bounced: 5\.1\.1 unknown user/);

  await enter();
  await vi.waitFor(async () => expect(await outcomes()).toEqual([bounced]), PATIENCE);
  await vi.waitFor(async () => {
    const { items } = await client.get<{ items: object[] }>('/v1/suppressions?channel=email');
    expect(items).toMatchObject([{ address: traits.email, reason: 'hard_bounce' }]);
  }, PATIENCE);
  await enter();
  await vi.waitFor(
    async () => expect(await outcomes()).toEqual([bounced, 'suppressed: hard_bounce']),
    PATIENCE,
  );
  // Gone from its queue: the report was taken, and is not tried again.
  expect(await host.log()).toMatch(/to=<bounces\+b[a-z2-7]{48}@mail\.acme\.example>.*status=sent/);
});
