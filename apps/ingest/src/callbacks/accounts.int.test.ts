import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Account, changeMessage, collections, messageReference } from '@herald/contracts';
import twilio from 'twilio';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LINK_SECRET, PUBLIC_URL, startIngest, type TestIngest } from '../testing/start-ingest.ts';

const keyOf = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const shown = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).toString('base64');
const keys = { acme: keyOf(), globex: keyOf() };
const tokens = { acme: 'token-of-acme', globex: 'token-of-globex' };
type Workspace = keyof typeof keys;

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
  for (const workspace of ['acme', 'globex'] as const) {
    await ingest.writeSecret(workspace, 'twilio', `${tokens[workspace]}\nnext-${tokens[workspace]}`);
    await save(workspace, {
      grid: { provider: 'sendgrid', apiKey: 'secret://k', webhookKey: shown(keys[workspace].publicKey) },
      phones: { provider: 'twilio', accountSid: 'AC1', authToken: 'secret://twilio' },
      keyless: { provider: 'sendgrid', apiKey: 'secret://k' },
    });
  }
});
afterAll(() => ingest.stop());

/** As messaging saves it, while ingest runs. */
async function save(workspace: string, accounts: Readonly<Record<string, Account>>): Promise<void> {
  const settings = ingest.store.collection(collections.settings);
  const id = 'settings';
  const before = (await settings.get(workspace, id))?.version ?? null;
  const version = (before ?? 0) + 1;
  await settings.write([{ doc: { workspace, id, version, accounts }, ifVersion: before }]);
  await ingest.broker.publish([changeMessage({ kind: 'settings', workspace, id, version })]);
}

const reference = (workspace: string, channel: 'email' | 'sms') =>
  messageReference(LINK_SECRET, { workspace, prospectId: 'ann', messageId: `m-${workspace}`, channel });

/** A delivery of a message of `of`, reported at the address of `at`, signed by the key of `by`. */
function sendgrid(of: Workspace, at: string, by: Workspace) {
  const time = Math.floor(ingest.time.now / 1_000);
  const herald = reference(of, 'email');
  const payload = JSON.stringify([
    { event: 'delivered', timestamp: time, sg_event_id: `${of} ${at} ${by}`, email: 'a@b.example', herald },
  ]);
  const signature = sign('sha256', Buffer.from(time + payload), keys[by].privateKey);
  return ingest.app.inject({
    method: 'POST',
    url: `/callbacks/sendgrid/${at}`,
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-timestamp': String(time),
      'x-twilio-email-event-webhook-signature': signature.toString('base64'),
    },
    payload,
  });
}

function fromTwilio(path: string, token: string, fields: Record<string, string>) {
  const signature = twilio.getExpectedTwilioSignature(token, PUBLIC_URL + path, fields);
  return ingest.app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
    payload: new URLSearchParams(fields).toString(),
  });
}
const delivered = (id: string) => ({ MessageSid: id, MessageStatus: 'delivered' });

test('a report of a workspace’s account is an event of its own message, and names the account', async () => {
  await expect.poll(async () => (await sendgrid('acme', 'acme/grid', 'acme')).statusCode).toBe(200);
  const path = `/callbacks/twilio-status/acme/phones/${reference('acme', 'sms')}`;
  for (const token of [tokens.acme, `next-${tokens.acme}`])
    expect((await fromTwilio(path, token, delivered(token))).statusCode).toBe(204);
  expect(await ingest.published()).toMatchObject([
    { workspace: 'acme', data: { messageId: 'm-acme', outcome: 'delivered', provider: 'grid' } },
    { workspace: 'acme', data: { provider: 'phones' } },
    { workspace: 'acme', data: { provider: 'phones' } },
  ]);
});

test('a workspace’s secret touches no message of another, at whatever address', async () => {
  await expect.poll(async () => (await sendgrid('globex', 'globex/grid', 'globex')).statusCode).toBe(200);
  await ingest.published();
  // Signed with another's key: nobody.
  expect((await sendgrid('acme', 'acme/grid', 'globex')).statusCode).toBe(401);
  // Rightly signed, about another's message: passed over.
  const foreign = await sendgrid('acme', 'globex/grid', 'globex');
  expect([foreign.statusCode, foreign.json()]).toEqual([200, { accepted: 0, passedOver: 1 }]);

  const own = `/callbacks/twilio-status/acme/phones/${reference('acme', 'sms')}`;
  expect((await fromTwilio(own, tokens.globex, delivered('1'))).statusCode).toBe(401);
  const others = `/callbacks/twilio-status/globex/phones/${reference('acme', 'sms')}`;
  expect((await fromTwilio(others, tokens.globex, delivered('2'))).statusCode).toBe(204);
  const key = await fromTwilio(`${others}/key`, tokens.globex, { CallSid: 'CA1', Digits: '1' });
  expect([key.statusCode, key.body]).toEqual([200, expect.not.stringContaining('<Say')]);
  const text = { MessageSid: 'SM9', From: '+14155550100', Body: 'STOP' };
  expect((await fromTwilio('/callbacks/twilio-inbound/acme/phones', tokens.globex, text)).statusCode).toBe(
    401,
  );
  expect((await fromTwilio('/callbacks/twilio-inbound/acme', tokens.globex, text)).statusCode).toBe(503);
  expect(await ingest.published()).toEqual([]);
});

test('an account that is not there is answered as a wrong signature; a fault of ours, so that it comes again', async () => {
  for (const at of ['acme/gone', 'nobody/grid', 'acme/phones', 'acme/constructor'])
    expect((await sendgrid('acme', at, 'acme')).statusCode).toBe(401);
  expect((await fromTwilio('/callbacks/twilio-inbound/acme/grid', tokens.acme, {})).statusCode).toBe(401);
  expect((await sendgrid('acme', 'acme/keyless', 'acme')).statusCode).toBe(503);
  expect(await ingest.published()).toEqual([]);
});

test('a key that was changed is the one that counts, without a restart', async () => {
  const { publicKey } = keys.globex;
  await save('acme', { grid: { provider: 'sendgrid', apiKey: 'secret://k', webhookKey: shown(publicKey) } });
  await expect.poll(async () => (await sendgrid('acme', 'acme/grid', 'globex')).statusCode).toBe(200);
  expect((await sendgrid('acme', 'acme/grid', 'acme')).statusCode).toBe(401);
});
