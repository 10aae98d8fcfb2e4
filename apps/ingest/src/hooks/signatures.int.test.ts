import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { deriveId } from '@herald/domain';
import { sign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { githubExamples } from '../testing/github-examples.ts';
import { type HookOptions, hmacHex, postHook, putSource } from '../testing/hooks.ts';
import { PUBLIC_URL, startIngest, type TestIngest } from '../testing/start-ingest.ts';

const SECRET = 'a secret shared with the sender';
const STANDARD = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const map = { type: 'body.type', prospectId: 'body.user' };
const good = '{"type":"trial.started","user":"p-1"}';

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
  await ingest.writeSecret('acme', 'shared', `${SECRET}\n`);
  await ingest.writeSecret('acme', 'standard', STANDARD);
});
afterEach(async () => {
  await ingest.published();
});
afterAll(() => ingest.stop());

const put = (id: string, source: object) => putSource(ingest, id, source);
const hook = (source: string, payload: string | Buffer, options?: HookOptions) =>
  postHook(ingest, source, payload, options);

describe('the signature of a webhook', () => {
  it('of GitHub holds for its examples; its headers are for the map and its delivery is the id', async () => {
    await put('github', {
      verify: { scheme: 'github', secret: 'shared' },
      map: {
        type: '"github." + headers["x-github-event"]',
        prospectId: 'body.sender.id',
        data: '{"action": has(body.action) ? body.action : "none"}',
        skip: '!has(body.sender)',
      },
    });
    let accepted = 0;
    for (const [index, { name, examples }] of githubExamples.entries()) {
      const body = JSON.stringify(examples[0]);
      const headers = {
        'x-github-event': name,
        'x-github-delivery': `delivery-${index}`,
        'x-hub-signature-256': await sign(SECRET, body),
      };
      const response = await hook('github', body, { headers });
      expect([name, response.statusCode]).toEqual([name, 202]);
      if (response.json().skipped === true) continue;
      accepted += 1;
      expect(response.json().ids).toEqual([deriveId('hook', 'github', `delivery-${index}`)]);
      expect((await hook('github', body.replace('{', '{ '), { headers })).statusCode).toBe(401);
    }
    expect(await ingest.published()).toHaveLength(accepted);
    expect(accepted).toBeGreaterThan(50);
  });

  it('of Standard Webhooks holds within five minutes, and its id is the event’s', async () => {
    await put('standard', { verify: { scheme: 'standard-webhooks', secret: 'standard' }, map });
    const at = (offset: number) => {
      const when = new Date(ingest.time.now + offset);
      return hook('standard', good, {
        headers: {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(when.getTime() / 1000),
          'webhook-signature': new Webhook(STANDARD).sign('msg_1', when, good),
        },
      });
    };
    const statuses = [];
    for (const offset of [0, -240_000, -301_000, 301_000]) statuses.push((await at(offset)).statusCode);
    expect(statuses).toEqual([202, 202, 401, 401]);
    expect((await at(0)).json().ids).toEqual([deriveId('hook', 'standard', 'msg_1')]);
  });

  it('of Stripe, SendGrid and Twilio holds for what their own packages make or check, and for nothing else', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await ingest.writeSecret(
      'acme',
      'sendgrid',
      publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    );
    for (const [scheme, secret] of [
      ['stripe', 'shared'],
      ['sendgrid', 'sendgrid'],
      ['twilio', 'shared'],
    ] as const)
      await put(scheme, { verify: { scheme, secret }, map });
    const timestamp = Math.floor(ingest.time.now / 1000);
    const stripe = {
      'stripe-signature': Stripe.webhooks.generateTestHeaderString({
        payload: good,
        secret: SECRET,
        timestamp,
      }),
    };
    const sendgrid = {
      'x-twilio-email-event-webhook-timestamp': String(timestamp),
      'x-twilio-email-event-webhook-signature': signBytes(
        'sha256',
        Buffer.from(timestamp + good),
        privateKey,
      ).toString('base64'),
    };
    const query = '?a=b%20c';
    const form = { type: 'trial.started', user: 'p-1' };
    const twilio = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': getExpectedTwilioSignature(
        SECRET,
        `${PUBLIC_URL}/hooks/acme/twilio${query}`,
        form,
      ),
    };
    const bodyOf = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
    const statuses = [
      await hook('stripe', good, { headers: stripe }),
      await hook('sendgrid', good, { headers: sendgrid }),
      await hook('twilio', bodyOf(form), { headers: twilio, query }),
      await hook('stripe', `${good} `, { headers: stripe }),
      await hook('sendgrid', `${good} `, { headers: sendgrid }),
      await hook('twilio', bodyOf({ ...form, user: 'p-2' }), { headers: twilio, query }),
      await hook('twilio', bodyOf(form), { headers: twilio, query: `${query}&d=e` }),
    ].map(({ statusCode }) => statusCode);
    expect(statuses).toEqual([202, 202, 202, 401, 401, 401, 401]);
  });

  it('of SendGrid needs the key that SendGrid shows, and only what signs a time has a tolerance', async () => {
    const write = (verify: object) =>
      ingest.app.inject({
        method: 'PUT',
        url: '/v1/sources/x',
        headers: { authorization: 'Bearer acme-key' },
        payload: { verify, map },
      });
    const refused = await write({ scheme: 'sendgrid', secret: 'shared' });
    expect([refused.statusCode, refused.json().errors[0].path]).toEqual([422, '/verify/secret']);
    expect((await write({ scheme: 'twilio', secret: 'shared', tolerance: 60 })).json().errors[0].path).toBe(
      '/verify/tolerance',
    );
    expect((await write({ scheme: 'stripe', secret: 'shared', tolerance: 60 })).statusCode).toBe(201);
  });

  it('of two secrets in use holds by either', async () => {
    await ingest.writeSecret('acme', 'rotated', `new secret\n\n${SECRET}\n`);
    await put('rotated', {
      verify: { scheme: 'hmac-sha256', secret: 'rotated', header: 'X-Shop-Hmac' },
      map,
    });
    for (const secret of ['new secret', SECRET])
      expect(
        (await hook('rotated', good, { headers: { 'x-shop-hmac': hmacHex(good, secret) } })).statusCode,
      ).toBe(202);
    expect((await hook('rotated', good, { headers: { 'x-shop-hmac': hmacHex(good, '') } })).statusCode).toBe(
      401,
    );
  });

  it('sent twice, altered, of the re-written body, or not at all is refused, before anything is read', async () => {
    await put('signed', { verify: { scheme: 'hmac-sha256', secret: 'shared' }, map });
    const refused: [string, Record<string, string>][] = [
      [good, {}],
      [good, { 'x-signature': `${hmacHex(good, SECRET)}, ${hmacHex(good, SECRET)}` }],
      [good, { 'x-signature': hmacHex(good, SECRET).replace(/^./, (c) => (c === '0' ? '1' : '0')) }],
      [JSON.stringify(JSON.parse(good), null, 1), { 'x-signature': hmacHex(good, SECRET) }],
      ['not even JSON', { 'content-type': 'application/xml' }],
    ];
    for (const [body, headers] of refused)
      expect((await hook('signed', body, { headers })).statusCode).toBe(401);
    expect(await ingest.published()).toEqual([]);
  });

  it('that fails is answered as a source that is not there, in any workspace', async () => {
    const known = await hook('signed', good);
    const answers = [
      await hook('nobody', good),
      await hook('signed', good, { workspace: 'globex', headers: { 'x-signature': hmacHex(good, SECRET) } }),
      await hook('signed', good, { workspace: 'no-such' }),
      await hook('%00', good, { workspace: '__proto__' }),
      await hook('x', Buffer.alloc(0)),
    ];
    for (const answer of answers) expect([answer.statusCode, answer.body]).toEqual([401, known.body]);
  });

  it('is counted when it fails', async () => {
    const count = async () =>
      (await ingest.metrics.eventsRejected.get()).values.find(({ labels }) => labels.reason === 'signature')
        ?.value ?? 0;
    const before = await count();
    await hook('signed', good);
    await hook('nobody', good);
    expect(await count()).toBe(before + 2);
  });

  it('cannot be checked without the secret: that is our fault, and the sender is to come again', async () => {
    await ingest.writeSecret('acme', 'lost', SECRET);
    await put('lost', { verify: { scheme: 'bearer', secret: 'lost' }, map });
    await ingest.writeSecret('acme', 'lost', '');
    const { app } = await ingest.replica();
    const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };
    const response = await app.inject({ method: 'POST', url: '/hooks/acme/lost', headers, payload: good });
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '60']);
    expect(ingest.logged()).toContain('the secret lost of the source acme/lost is missing');
    expect(response.body).not.toContain('secret');
  });
});
