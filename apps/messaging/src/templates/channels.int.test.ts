import { createAllowedAddresses } from '@herald/outbound';
import { startReceiver } from '@herald/vendors';
import { expect, onTestFinished, test } from 'vitest';
import type { OutgoingCall } from '../channels/call/message.ts';
import type { OutgoingSms } from '../channels/sms/message.ts';
import { createWebhookProvider } from '../channels/webhook/webhook-provider.ts';
import type { Provider } from '../providers/provider.ts';
import { setStage } from '../testing/stage.ts';

const errorsOf = ({ body }: { body: { errors?: { path: string; message: string }[] } }) =>
  (body.errors ?? []).map(({ path, message }) => `${path} ${message}`);

const ADA = { prospect: { traits: { name: 'Ada "the first"', plan: 'pro' } } };

test.each<[string, object, string[]]>([
  ['a text without a text', { channel: 'sms' }, ['/text must be given']],
  [
    'a text with a subject',
    { channel: 'sms', text: 't', subject: 's', html: 'h' },
    [
      '/subject is not for channel sms, which has text, utm, transactional, topic, stream, locales',
      '/html is not for channel sms, which has text, utm, transactional, topic, stream, locales',
    ],
  ],
  [
    'a text with a mistake',
    { channel: 'sms', text: 'Hi\n<%= it.prospect. %>' },
    ['/text line 2, column 17: syntax: Unexpected token'],
  ],
  ['a call that says nothing', { channel: 'call', language: 'en' }, ['/text must be given']],
  [
    'a key twice',
    {
      channel: 'call',
      text: 't',
      menu: [
        { key: '1', say: 'a' },
        { key: '1', say: 'b' },
      ],
    },
    ['/menu/1/key 1 is already taken'],
  ],
  [
    'a pause that is none',
    { channel: 'call', text: 'Hi [pause 2m] you', menu: [{ key: '#', say: '[pause a while]' }] },
    [
      '/text [pause 2m] is no pause; write [pause], or [pause 3s] for up to 10 seconds',
      '/menu/0/say [pause a while] is no pause; write [pause], or [pause 3s] for up to 10 seconds',
    ],
  ],
  [
    'a mistake in what a key says',
    { channel: 'call', text: 't', menu: [{ key: '1', say: '<%= process.env %>' }] },
    ['/menu/0/say line 1, column 5: process is not known'],
  ],
  ['a webhook without a body', { channel: 'webhook' }, ['/body must be given']],
  [
    'a body with quotes around a value',
    { channel: 'webhook', body: '{ "name": "<%= it.prospect.traits.name %>" }' },
    ['/body line 1, column 16: write no quotes around it: <%= %> is a whole JSON value'],
  ],
  [
    'headers that are not theirs',
    {
      channel: 'webhook',
      body: '1',
      headers: { Host: 'x', 'webhook-signature': 'x', 'X Y': 'x', 'X-A': '1', 'x-a': '2' },
    },
    [
      '/headers/Host is a header that Herald sets itself',
      '/headers/webhook-signature is a header that Herald sets itself',
      '/headers/X Y is no name of a header',
      '/headers/x-a is given twice',
    ],
  ],
  [
    'a preheader without HTML',
    { channel: 'email', subject: 's', text: 't', preheader: 'p' },
    ['/preheader is for mails with html'],
  ],
])('%s is refused, every fault with its place', async (_what, template, expected) => {
  const stage = await setStage();
  const answer = await stage.call('PUT', '/v1/templates/t', template);
  expect(answer.status).toBe(422);
  const found = errorsOf(answer);
  expect(found).toHaveLength(expected.length);
  for (const [index, fault] of expected.entries()) expect(found[index]).toContain(fault);
});

test.each([
  [{ channel: 'call', text: 't', menu: [{ key: '12', say: 'x' }] }],
  [{ channel: 'call', text: 't', menu: [] }],
  [{ channel: 'call', text: 't', voice: '"/><Hangup/>' }],
  [{ channel: 'call', text: 't', language: 'en<' }],
  [{ channel: 'webhook', body: '1', headers: { a: 1 } }],
  [{ channel: 'webhook', body: {} }],
])('%j has the wrong shape', async (template) => {
  const stage = await setStage();
  expect((await stage.call('PUT', '/v1/templates/t', template)).status).toBe(400);
});

test('a template of each channel is stored and returned as it was sent', async () => {
  const stage = await setStage();
  for (const template of [
    { channel: 'sms', text: 'Hi', transactional: true },
    {
      channel: 'call',
      text: 'Hi [pause 2s]',
      voice: 'Polly.Amy',
      language: 'en-GB',
      menu: [{ key: '*', say: 'x' }],
    },
    { channel: 'webhook', body: '{}', headers: { 'X-Tenant': '7' } },
    { channel: 'email', subject: 's', preheader: 'p', html: '<p>h</p>' },
  ]) {
    const put = await stage.call('PUT', `/v1/templates/${template.channel}`, template);
    expect(put).toMatchObject({ status: 201, body: { version: 1, ...template } });
    expect((await stage.call('GET', `/v1/templates/${template.channel}`)).body).toEqual(put.body);
  }
});

test('a preview shows a text with the number of messages it takes', async () => {
  const stage = await setStage();
  await stage.template('t', { channel: 'sms', text: 'Hi <%= it.prospect.traits.name %> ' });
  const preview = async (name: string) =>
    (await stage.call('POST', '/v1/templates/t/preview', { prospect: { traits: { name } } })).body;
  expect(await preview('Ada')).toEqual({
    version: 1,
    channel: 'sms',
    text: 'Hi Ada',
    encoding: 'GSM-7',
    segments: 1,
  });
  expect(await preview('😀'.repeat(60))).toMatchObject({ encoding: 'UCS-2', segments: 2 });
  expect(await preview('ж'.repeat(800))).toMatchObject({
    code: 'template_error',
    errors: [{ path: '/text', message: 'it takes 12 messages (UCS-2); at most 10' }],
  });
  expect(await preview('x'.repeat(1_700))).toMatchObject({
    errors: [{ path: '/text', message: 'it is longer than 1600 characters' }],
  });
});

test('a preview shows what a call says, with its pauses and keys', async () => {
  const stage = await setStage();
  await stage.template('t', {
    channel: 'call',
    text: 'Hello <%= it.prospect.traits.name %>.\n\n[pause 2s]\nBye.',
    language: 'en-GB',
    menu: [{ key: '1', say: 'Plan <%= it.prospect.traits.plan %>' }],
  });
  expect((await stage.call('POST', '/v1/templates/t/preview', ADA)).body).toEqual({
    ...{ version: 1, channel: 'call', language: 'en-GB' },
    script: [{ say: 'Hello Ada "the first".' }, { pause: 2 }, { say: 'Bye.' }],
    menu: [{ key: '1', say: 'Plan pro' }],
  });
  const silent = await stage.call('POST', '/v1/templates/t/preview', {
    prospect: { traits: { name: 'A', plan: null } },
  });
  expect(silent).toMatchObject({
    status: 422,
    body: { errors: [{ path: expect.stringMatching(/^\/menu\/0/) }] },
  });
});

test('a preview shows the JSON of a webhook, with values of any kind', async () => {
  const stage = await setStage();
  await stage.template('t', {
    channel: 'webhook',
    body:
      '{ "traits": <%= it.prospect.traits %>, "plan": <%= it.prospect.traits.plan %>, "n": <%= 1 + 1 %>, ' +
      '"none": <%= it.company.traits.size ?? null %> }',
    headers: { 'X-Plan': '<%= it.prospect.traits.plan %>' },
  });
  const { body } = await stage.call('POST', '/v1/templates/t/preview', ADA);
  expect(JSON.parse(body.body)).toEqual({
    traits: { name: 'Ada "the first"', plan: 'pro' },
    ...{ plan: 'pro', n: 2, none: null },
  });
  expect(body.headers).toEqual({ 'x-plan': 'pro' });
  const injected = { prospect: { traits: { plan: 'pro\r\nHost: evil.example' } } };
  expect(await stage.call('POST', '/v1/templates/t/preview', injected)).toMatchObject({
    status: 422,
    body: { errors: [{ message: 'it must be one line of at most 1000 plain characters' }] },
  });
  const missing = { prospect: { traits: {} } };
  expect(errorsOf(await stage.call('POST', '/v1/templates/t/preview', missing))[0]).toContain(
    'prospect.traits.plan has no value; give a fallback: ?? null',
  );
});

test('a body that is not JSON after rendering is refused, with the reason', async () => {
  const stage = await setStage();
  await stage.template('t', {
    channel: 'webhook',
    body: '[<% for (const n of [1, 2]) { %><%= n %>,<% } %>]',
  });
  expect(errorsOf(await stage.call('POST', '/v1/templates/t/preview', {}))).toEqual([
    '/body what it gives is not JSON',
  ]);
});

test('a mail’s preheader stands at the beginning of its body, unseen, and not in its plain text', async () => {
  const stage = await setStage();
  await stage.template('t', {
    channel: 'email',
    subject: 's',
    preheader: 'For <%= it.prospect.traits.name %>',
    html: '<html><body class="x"><p>Hello</p></body></html>',
  });
  const { body } = await stage.call('POST', '/v1/templates/t/preview', ADA);
  expect(body.html).toMatch(
    /^<html><body class="x"><div style="display:none[^>]*>For Ada &quot;the first&quot;&#847;/,
  );
  expect(body.html).toMatch(/<\/div><p>Hello<\/p><\/body><\/html>$/);
  expect(body.text).toBe('Hello');
});

test('a test goes to the address given, by the channel’s provider, and belongs to no message', async () => {
  const texts: OutgoingSms[] = [];
  const calls: OutgoingCall[] = [];
  const common = { name: 'f', timeout: 500, connections: 1, async close() {} };
  const sms: Provider<OutgoingSms> = {
    ...{ ...common, channel: 'sms' },
    async send(text) {
      texts.push(text);
      return { kind: 'sent', providerId: 'SM1' };
    },
  };
  const call: Provider<OutgoingCall> = {
    ...{ ...common, channel: 'call' },
    async send(placed) {
      calls.push(placed);
      return { kind: 'sent' };
    },
  };
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const webhook = createWebhookProvider({ allowed: createAllowedAddresses(['127.0.0.1/32']) });
  const secrets = { read: () => Buffer.from('a secret of twenty-four b').toString('base64') };
  const stage = await setStage({ providers: { sms: [sms], call: [call], webhook: [webhook] }, secrets });
  await stage.template('text', { channel: 'sms', text: 'Hi <%= it.prospect.traits.name %>' });
  await stage.template('script', { channel: 'call', text: 'Hi' });
  await stage.template('hook', { channel: 'webhook', body: '{"a":1}' });
  const tested = (id: string, to: string) => stage.call('POST', `/v1/templates/${id}/test`, { to, ...ADA });

  expect(await tested('text', '+1 415 555 0101')).toMatchObject({
    status: 200,
    body: { outcome: 'sent', providerId: 'SM1' },
  });
  expect(texts).toMatchObject([{ to: '+14155550101', text: 'Hi Ada "the first"' }]);
  expect(texts[0]).not.toHaveProperty('reference');
  expect(await tested('script', '+14155550101')).toMatchObject({ status: 200 });
  expect(calls).toHaveLength(1);
  expect(await tested('hook', `${receiver.url}/x`)).toMatchObject({ status: 200 });
  expect(receiver.requests).toMatchObject([{ path: '/x', body: '{"a":1}' }]);
  expect(await tested('hook', 'http://169.254.169.254/')).toMatchObject({
    status: 502,
    body: { code: 'provider_permanent', detail: expect.stringContaining('not public') },
  });
  expect(errorsOf(await tested('text', 'ada@home.example'))).toEqual([
    '/to must be a phone number such as +14155550100',
  ]);
  expect(errorsOf(await tested('hook', 'nowhere'))).toEqual([
    '/to must be a URL such as https://crm.example/hook',
  ]);
});
