import { span } from '@herald/domain';
import { describe, expect, test } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { type StageOptions, setStage } from '../testing/stage.ts';

async function ready(options: StageOptions = {}) {
  const stage = await setStage(options);
  await stage.template('welcome', { subject: 's', text: 't' });
  await stage.prospect();
  await stage.enrollment();
  return stage;
}

test('a message is shown with ISO dates, its state and why', async () => {
  const stage = await ready();
  await stage.ask({ dueAt: T0 + span.HOUR });
  await stage.until('m1', 'scheduled');
  expect(await stage.call('GET', '/v1/messages/m1')).toEqual({
    status: 200,
    body: {
      id: 'm1',
      channel: 'email',
      status: 'scheduled',
      reason: 'not due yet',
      prospectId: 'ada',
      template: 'welcome',
      campaignId: 'onboarding',
      campaignVersion: 1,
      enrollmentId: 'e1',
      stepId: 'hello',
      attempts: 0,
      requestedAt: '2026-03-02T08:00:00.000Z',
      dueAt: '2026-03-02T09:00:00.000Z',
      changedAt: '2026-03-02T08:00:00.000Z',
      version: 1,
    },
  });
  expect((await stage.call('GET', '/v1/messages/none')).status).toBe(404);
});

test('messages are listed by what an index serves, newest first, page by page; other filters are refused', async () => {
  const stage = await ready();
  await stage.prospect({ prospectId: 'bob', traits: {} });
  for (let n = 1; n <= 5; n += 1)
    await stage.ask({
      messageId: `m${n}`,
      requestedAt: T0 + n,
      prospectId: n === 5 ? 'bob' : 'ada',
      stepId: n % 2 ? 'odd' : 'even',
    });
  for (let n = 1; n <= 5; n += 1) await stage.until(`m${n}`, n === 5 ? 'suppressed' : 'sent');
  const list = async (query: string) => {
    const { status, body } = await stage.call('GET', `/v1/messages?${query}`);
    return status === 200 ? body.items.map(({ id }: { id: string }) => id).join() : status;
  };
  expect(await list('')).toBe('m5,m4,m3,m2,m1');
  expect(await list('prospectId=ada')).toBe('m4,m3,m2,m1');
  expect(await list('status=suppressed')).toBe('m5');
  expect(await list('enrollmentId=e1')).toMatch(/m5/);
  expect((await list('campaignId=onboarding')).split(',').sort().join()).toBe('m1,m2,m3,m4,m5');
  expect(await list('campaignId=onboarding&channel=email&status=sent&stepId=even')).toBe('m4,m2');
  expect(await list('campaignId=none')).toBe('');
  for (const query of [
    'prospectId=ada&status=sent',
    'campaignId=onboarding&status=sent',
    'stepId=odd',
    'channel=email',
  ])
    expect(await list(query)).toBe(400);
  expect(await list('color=red')).toBe(400);
  expect(await list('cursor=nonsense')).toBe(400);

  const first = (await stage.call('GET', '/v1/messages?limit=3')).body;
  expect(first.items).toHaveLength(3);
  expect(await list(`limit=3&cursor=${encodeURIComponent(first.nextCursor)}`)).toBe('m2,m1');
});

test('an operator sends a failed message again, and all checks are made again', async () => {
  const stage = await ready();
  await stage.prospect({ traits: {} });
  await stage.ask();
  await stage.until('m1', 'suppressed');
  await stage.prospect();
  expect(await stage.call('POST', '/v1/messages/m1/retry')).toMatchObject({
    status: 200,
    body: { status: 'scheduled', reason: 'asked for again' },
  });
  await stage.until('m1', 'sent');
  expect((await stage.call('POST', '/v1/messages/m1/retry')).body).toMatchObject({ code: 'not_retryable' });
  expect(stage.sent()).toHaveLength(1);
});

test('a message of unknown outcome is sent again only with mayDuplicate', async () => {
  const stage = await ready({
    provider: fakeProvider((turn) => (turn === 1 ? { kind: 'unknown', reason: 'cut' } : { kind: 'sent' })),
  });
  await stage.ask();
  await stage.until('m1', 'unknown');
  expect(await stage.call('POST', '/v1/messages/m1/retry', {})).toMatchObject({
    status: 409,
    body: { code: 'may_duplicate' },
  });
  expect((await stage.call('POST', '/v1/messages/m1/retry', { mayDuplicate: 'yes' })).status).toBe(400);
  expect((await stage.call('POST', '/v1/messages/m1/retry', { mayDuplicate: true })).status).toBe(200);
  await stage.until('m1', 'sent');
});

test('a message of unknown outcome can be resolved, once; no other can', async () => {
  const stage = await ready({ provider: fakeProvider(() => ({ kind: 'unknown', reason: 'cut' })) });
  await stage.ask();
  await stage.until('m1', 'unknown');
  const resolve = (body: object) => stage.call('POST', '/v1/messages/m1/resolve', body);
  expect((await resolve({ outcome: 'lost', reason: 'x' })).status).toBe(400);
  expect(
    await resolve({ outcome: 'failed', reason: 'not in the log of mail server a@b.example' }),
  ).toMatchObject({
    status: 200,
    body: { status: 'failed', reason: 'not in the log of mail server (address)' },
  });
  await stage.until('m1', 'failed');
  expect((await resolve({ outcome: 'sent', reason: 'x' })).body).toMatchObject({
    status: 409,
    code: 'not_unknown',
  });
  expect(stage.story('m1')).toEqual(['email.unknown', 'email.failed']);
});

test('an erased message cannot be sent again', async () => {
  const stage = await ready({ provider: fakeProvider(() => ({ kind: 'permanent', reason: 'no' })) });
  await stage.ask();
  await stage.until('m1', 'failed');
  await stage.erased('ada');
  await expect.poll(async () => (await stage.message('m1'))?.request).toBeUndefined();
  expect((await stage.call('POST', '/v1/messages/m1/retry')).body).toMatchObject({
    status: 409,
    code: 'erased',
  });
});

test('settings are kept, checked, and used', async () => {
  const stage = await ready();
  expect(await stage.call('GET', '/v1/settings')).toEqual({ status: 200, body: { version: 0 } });
  const settings = {
    zone: 'Europe/Rome',
    senders: {
      email: { from: { email: 'hi@shop.example', name: 'Shop' }, replyTo: 'help@shop.example' },
    },
  };
  expect(await stage.call('PUT', '/v1/settings', settings)).toEqual({
    status: 201,
    body: { ...settings, version: 1 },
  });
  expect(await stage.call('PUT', '/v1/settings', settings)).toEqual({
    status: 200,
    body: { ...settings, version: 1 },
  });
  expect(await stage.call('GET', '/v1/settings')).toEqual({ status: 200, body: { ...settings, version: 1 } });
  await stage.ask();
  await stage.until('m1', 'sent');
  expect(stage.sent()[0]).toMatchObject(settings.senders.email);
  const bad = await stage.call('PUT', '/v1/settings', {
    zone: 'Mars/North',
    senders: {
      email: { from: { email: 'hi@shop.example\r\nBcc: x@y.example', name: 'A\nB' }, replyTo: 'nobody' },
      sms: { from: 'A name that is too long' },
      call: { from: '030 123456' },
    },
    providers: { email: ['fake', 'fake'], sms: ['pigeon'], call: [] },
  });
  expect(bad.status).toBe(422);
  expect(bad.body.errors.map(({ path }: { path: string }) => path)).toEqual([
    '/zone',
    '/senders/email/from/email',
    '/senders/email/from/name',
    '/senders/email/replyTo',
    '/senders/sms/from',
    '/senders/call/from',
    '/providers/email/1',
    '/providers/sms/0',
    '/providers/call',
  ]);
  expect((await stage.call('GET', '/v1/settings', undefined, 'other')).body).toEqual({ version: 0 });
});

describe('PATCH /v1/settings', () => {
  const senders = { email: { from: { email: 'hi@shop.example', name: 'Shop' } } };

  test('changes what it names and leaves the rest; null unsets', async () => {
    const stage = await ready();
    await stage.call('PUT', '/v1/settings', { senders, zone: 'Europe/Rome' });
    expect(await stage.call('PATCH', '/v1/settings', { tracking: { opens: true } })).toEqual({
      status: 200,
      body: { senders, zone: 'Europe/Rome', tracking: { opens: true }, version: 2 },
    });
    const second = { tracking: { clicks: true }, zone: null, senders: { email: { from: { name: null } } } };
    expect((await stage.call('PATCH', '/v1/settings', second)).body).toEqual({
      senders: { email: { from: { email: 'hi@shop.example' } } },
      tracking: { opens: true, clicks: true },
      version: 3,
    });
  });

  test('checks the whole result, and names the places in it', async () => {
    const stage = await ready();
    expect(
      await stage.call('PATCH', '/v1/settings', { senders: { email: { replyTo: 'a@b.example' } } }),
    ).toMatchObject({
      status: 400,
      body: { code: 'invalid_body', errors: [{ path: '/senders/email/from', message: 'is required' }] },
    });
    expect(await stage.call('PATCH', '/v1/settings', { trackin: {} })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/trackin', message: 'is not known here' }] },
    });
    expect((await stage.call('PATCH', '/v1/settings', { zone: 'Mars/North' })).status).toBe(422);
    expect((await stage.call('GET', '/v1/settings')).body).toEqual({ version: 0 });
  });

  test('many at once are all made', async () => {
    const stage = await ready();
    const patches = [
      { zone: 'Europe/Rome' },
      { senders },
      { tracking: { opens: true } },
      { tracking: { clicks: true } },
    ];
    const answers = await Promise.all(patches.map((patch) => stage.call('PATCH', '/v1/settings', patch)));
    for (const { status } of answers) expect([200, 201]).toContain(status);
    expect((await stage.call('GET', '/v1/settings')).body).toEqual({
      ...{ zone: 'Europe/Rome', senders, tracking: { opens: true, clicks: true }, version: 4 },
    });
  });
});

test('a PUT that removes the sender of a channel with templates is answered with a warning', async () => {
  const stage = await ready({ sender: undefined });
  const sender = { senders: { email: { from: { email: 'hi@shop.example' } } } };
  await stage.call('PUT', '/v1/settings', { ...sender, zone: 'Europe/Rome' });
  const { status, body } = await stage.call('PUT', '/v1/settings', { tracking: { opens: true } });
  expect(status).toBe(200);
  expect(body.warnings).toEqual([
    'zone is unset now: it was not in the request. PATCH changes only what it names.',
    expect.stringMatching(
      /^senders\.email is unset now, and templates send by email .* mail fails as no_sender\.$/,
    ),
  ]);
  await stage.call('PATCH', '/v1/settings', sender);
  expect((await stage.call('PATCH', '/v1/settings', { tracking: null })).body.warnings).toBeUndefined();
});

test.each(['status=faild', 'channel=fax', 'state=sent'])(
  'a list refuses %s and says what there is',
  async (query) => {
    const stage = await ready();
    const { status, body } = await stage.call('GET', `/v1/messages?${query}`);
    expect([status, body.code]).toEqual([400, 'invalid_query']);
    expect(body.errors[0].message).toMatch(
      query.startsWith('state') ? 'is not known here' : /must be ".*" or "/,
    );
  },
);

test('a filter on a route without filters is refused', async () => {
  const stage = await ready();
  expect((await stage.call('GET', '/v1/channels?status=open')).status).toBe(400);
});

test('without any sender a message fails and says so', async () => {
  const stage = await ready({ sender: undefined });
  await stage.ask();
  expect((await stage.until('m1', 'failed')).state.reason).toMatch(/^no_sender/);
});
