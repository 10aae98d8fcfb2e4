import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { postHook, putSource } from '../testing/hooks.ts';
import { startIngest, type TestIngest } from '../testing/start-ingest.ts';

const SECRET = 'a secret of the sender';
const map = { type: 'body.type', prospectId: 'body.user' };

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
  await ingest.writeSecret('acme', 'shared', SECRET);
  await ingest.writeSecret('acme', 'token', 'old-token\nverify-me\n');
});
afterEach(async () => {
  expect(await ingest.published()).toEqual([]);
});
afterAll(() => ingest.stop());

const put = (id: string, handshake: object | undefined, verify: object = { scheme: 'none' }) =>
  putSource(ingest, id, { verify, map, ...(handshake === undefined ? {} : { handshake }) });
const ask = (
  method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST',
  path: string,
  headers: Record<string, string> = {},
) => ingest.app.inject({ method, url: `/hooks/acme/${path}`, headers });
const shown = ({ statusCode, headers, body }: Awaited<ReturnType<typeof ask>>) => [
  statusCode,
  headers['content-type'],
  headers['x-content-type-options'],
  body,
];
const TEXT = 'text/plain; charset=utf-8';
const isRefused = async (answer: ReturnType<typeof ask>) => {
  const { statusCode, body } = await answer;
  expect([statusCode, body]).toEqual([401, (await ask('GET', 'nobody')).body]);
};

describe('a sender that asks before it sends', () => {
  it('by OPTIONS gets who may send, and how often', async () => {
    await put('any', { kind: 'cloudevents' });
    await put('azure', { kind: 'cloudevents', origins: ['eventgrid.azure.net'], rate: 120 });
    const of = (answer: Awaited<ReturnType<typeof ask>>) => [
      answer.statusCode,
      answer.headers['webhook-allowed-origin'],
      answer.headers['webhook-allowed-rate'],
      answer.headers.allow,
    ];
    const asking = { 'WebHook-Request-Origin': 'eventgrid.azure.net', 'WebHook-Request-Rate': '500' };
    expect(of(await ask('OPTIONS', 'any', asking))).toEqual([200, 'eventgrid.azure.net', '*', 'POST']);
    expect(of(await ask('OPTIONS', 'azure', asking))).toEqual([200, 'eventgrid.azure.net', '120', 'POST']);
    await isRefused(ask('OPTIONS', 'azure', { 'WebHook-Request-Origin': 'evil.example' }));
    await isRefused(ask('OPTIONS', 'any'));
    await isRefused(ask('GET', 'any', asking));
  });

  it('by hub.challenge gets it back for the verify token, as text', async () => {
    await put('meta', { kind: 'hub-challenge', secret: 'token' }, { scheme: 'meta', secret: 'shared' });
    const page = '<script>alert(1)</script>';
    const query = (token: string, mode = 'subscribe') =>
      `meta?${new URLSearchParams({ 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': page })}`;
    expect(shown(await ask('GET', query('verify-me')))).toEqual([200, TEXT, 'nosniff', page]);
    expect((await ask('GET', query('old-token'))).statusCode).toBe(200);
    await isRefused(ask('GET', query('verify')));
    await isRefused(ask('GET', query('')));
    await isRefused(ask('GET', query('verify-me', 'unsubscribe')));
    await isRefused(ask('GET', 'meta?hub.mode=subscribe&hub.challenge=1'));
  });

  it.each([
    ['dropbox', 'GET', '?challenge=a%3Cb', {}, 'a<b'],
    [
      'microsoft-graph',
      'POST',
      '?validationToken=Validation%3A+Testing%20client',
      {},
      'Validation: Testing client',
    ],
    ['head', 'HEAD', '', {}, ''],
  ] as const)('as %s does is answered as it expects', async (kind, method, query, headers, text) => {
    await put(kind, { kind });
    expect(shown(await ask(method, kind + query, headers))).toEqual([200, TEXT, 'nosniff', text]);
  });

  it('as Okta does gets its header back as JSON', async () => {
    await put('okta', { kind: 'okta' }, { scheme: 'bearer', secret: 'shared' });
    const answer = await ask('GET', 'okta', { 'x-okta-verification-challenge': 'abc' });
    expect([answer.statusCode, answer.json()]).toEqual([200, { verification: 'abc' }]);
    await isRefused(ask('GET', 'okta'));
  });

  it('gets nothing back that is long, or not plain text', async () => {
    await put('echo', { kind: 'dropbox' });
    await isRefused(ask('GET', `echo?challenge=${'x'.repeat(1_025)}`));
    await isRefused(ask('GET', 'echo?challenge=a%0D%0Ab'));
    await isRefused(ask('GET', 'echo?challenge='));
  });

  it('to a source without such a handshake gets the answer of an unknown source', async () => {
    await put('plain', undefined);
    for (const method of ['GET', 'OPTIONS'] as const)
      await isRefused(ask(method, 'plain?challenge=1', { 'webhook-request-origin': 'a.example' }));
    expect((await ask('HEAD', 'plain')).statusCode).toBe(401);
  });
});

describe('a challenge in a webhook whose proof holds', () => {
  const at = () => String(ingest.time.now / 1000);
  const sign = (text: string) => createHmac('sha256', SECRET).update(text).digest('hex');

  it('of Slack comes back, and is not answered without the proof', async () => {
    await put('slack', undefined, { scheme: 'slack', secret: 'shared' });
    const body = '{"type":"url_verification","challenge":"3eZbrw1a","token":"t"}';
    const headers = {
      'x-slack-request-timestamp': at(),
      'x-slack-signature': `v0=${sign(`v0:${at()}:${body}`)}`,
    };
    expect(shown(await postHook(ingest, 'slack', body, { headers }))).toEqual([
      200,
      TEXT,
      'nosniff',
      '3eZbrw1a',
    ]);
    expect((await postHook(ingest, 'slack', body)).statusCode).toBe(401);
  });

  it('of Zoom comes back signed, unless it is the text of a webhook', async () => {
    await put('zoom', undefined, { scheme: 'zoom', secret: 'shared' });
    const post = (plainToken: string) => {
      const body = JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken } });
      return postHook(ingest, 'zoom', body, {
        headers: { 'x-zm-request-timestamp': at(), 'x-zm-signature': `v0=${sign(`v0:${at()}:${body}`)}` },
      });
    };
    expect((await post('qgg8vlvZRS6UYooatFL8Aw')).json()).toEqual({
      plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
      encryptedToken: sign('qgg8vlvZRS6UYooatFL8Aw'),
    });
    expect((await post('v0:1:{}')).statusCode).toBe(422);
  });

  it('of Twitch comes back as text', async () => {
    await put('twitch', undefined, { scheme: 'twitch', secret: 'shared' });
    const body = '{"challenge":"pogchamp-kappa","subscription":{}}';
    const time = new Date(ingest.time.now).toISOString();
    const headers = {
      'twitch-eventsub-message-id': 'm',
      'twitch-eventsub-message-timestamp': time,
      'twitch-eventsub-message-type': 'webhook_callback_verification',
      'twitch-eventsub-message-signature': `sha256=${sign(`m${time}${body}`)}`,
    };
    expect(shown(await postHook(ingest, 'twitch', body, { headers }))).toEqual([
      200,
      TEXT,
      'nosniff',
      'pogchamp-kappa',
    ]);
  });

  it('of Event Grid comes back as its validation code', async () => {
    await put('grid', { kind: 'event-grid' }, { scheme: 'bearer', header: 'x-key', secret: 'shared' });
    const body =
      '[{"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"512d38b6"}}]';
    const headers = { 'aeg-event-type': 'SubscriptionValidation', 'x-key': SECRET };
    expect((await postHook(ingest, 'grid', body, { headers })).json()).toEqual({
      validationResponse: '512d38b6',
    });
    expect((await postHook(ingest, 'grid', body, { headers: { ...headers, 'x-key': 'x' } })).statusCode).toBe(
      401,
    );
  });
});

describe('a handshake that could not work', () => {
  it.each([
    [{ kind: 'hub-challenge' }, '/handshake/secret'],
    [{ kind: 'hub-challenge', secret: 'absent' }, '/handshake/secret'],
    [{ kind: 'dropbox', secret: 'token' }, '/handshake/secret'],
    [{ kind: 'okta', rate: 5 }, '/handshake/rate'],
    [{ kind: 'zoom' }, '/handshake/kind'],
  ])('is refused: %j', async (handshake, path) => {
    const response = await ingest.app.inject({
      method: 'PUT',
      url: '/v1/sources/x',
      headers: { authorization: 'Bearer acme-key' },
      payload: { verify: { scheme: 'none' }, map, handshake },
    });
    expect([response.statusCode, response.json().errors[0].path]).toEqual([422, path]);
  });
});
