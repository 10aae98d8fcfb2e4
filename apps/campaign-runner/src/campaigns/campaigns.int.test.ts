import { collections, type MessageDocument } from '@herald/contracts';
import { describe, expect, test } from 'vitest';
import { setStage } from '../testing/stage.ts';

const campaign = `
# a comment that is kept
id: hello
enter: { on: a.b }
steps:
  - id: greet
    email: { template: greeting }
`;

async function stageWithTemplate() {
  const stage = await setStage();
  await stage.launch('other', campaign.replace('id: hello', 'id: other'));
  return stage;
}

describe('a campaign', () => {
  test('is saved once, and again only when it changes', async () => {
    const stage = await stageWithTemplate();
    expect(await stage.call('PUT', '/v1/campaigns/hello', campaign)).toMatchObject({
      status: 201,
      body: { version: 1, status: 'draft' },
    });
    expect(await stage.call('PUT', '/v1/campaigns/hello', campaign)).toMatchObject({
      status: 200,
      body: { version: 1 },
    });
    const changed = campaign.replace('a.b', 'c.d');
    expect(await stage.call('PUT', '/v1/campaigns/hello', changed)).toMatchObject({
      status: 200,
      body: { version: 2, text: changed },
    });
    const { body } = await stage.call('GET', '/v1/campaigns/hello/versions');
    expect(body.items.map(({ version, text }: { version: number; text: string }) => [version, text])).toEqual(
      [
        [2, changed],
        [1, campaign],
      ],
    );
  });

  test('may be JSON', async () => {
    const stage = await stageWithTemplate();
    const body = { id: 'hello', enter: { on: 'a.b' }, steps: [{ id: 'w', wait: 'P1D' }] };
    expect(await stage.call('PUT', '/v1/campaigns/hello', body)).toMatchObject({ status: 201 });
  });

  test('with mistakes is refused, each with its place, and nothing is saved', async () => {
    const stage = await stageWithTemplate();
    const wrong = campaign.replace('greeting', 'nowhere').replace('a.b', 'Nonsense');
    const answer = await stage.call('PUT', '/v1/campaigns/hello', wrong);
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'invalid_campaign',
        errors: [{ path: '/enter/on', message: expect.stringContaining('line 4, column 14') }],
      },
    });
    expect(
      await stage.call('PUT', '/v1/campaigns/hello', campaign.replace('greeting', 'nowhere')),
    ).toMatchObject({
      status: 422,
      body: {
        errors: [
          { path: '/steps/0/email/template', message: 'line 7, column 24: there is no template "nowhere"' },
        ],
      },
    });
    const version = { templateId: 'greeting', n: 1, savedAt: 0, channel: 'sms', text: 't' } as const;
    await stage.store
      .collection(collections.templateVersions)
      .write([{ doc: { workspace: 'acme', id: 'greeting@1', version: 1, ...version }, ifVersion: null }]);
    expect(await stage.call('PUT', '/v1/campaigns/hello', campaign)).toMatchObject({
      status: 422,
      body: {
        errors: [
          {
            path: '/steps/0/email/template',
            message: expect.stringContaining('template "greeting" is for sms, not for email'),
          },
        ],
      },
    });
    expect(await stage.call('GET', '/v1/campaigns/hello')).toMatchObject({
      status: 404,
      body: { code: 'campaign_unknown' },
    });
  });

  test('must have the id of its address, and a body', async () => {
    const stage = await stageWithTemplate();
    expect(await stage.call('PUT', '/v1/campaigns/bye', campaign)).toMatchObject({ status: 422 });
    expect((await stage.call('PUT', '/v1/campaigns/hello', '')).status).toBeGreaterThanOrEqual(400);
  });

  test('goes through its life, and nowhere else', async () => {
    const stage = await stageWithTemplate();
    await stage.call('PUT', '/v1/campaigns/hello', campaign);
    const post = async (verb: string) => {
      const { status, body } = await stage.call('POST', `/v1/campaigns/hello/${verb}`);
      return status === 200 ? body.status : `${status} ${body.code}`;
    };
    expect(await post('pause')).toBe('409 wrong_status');
    expect(await post('launch')).toBe('active');
    expect(await post('launch')).toBe('active');
    expect(await post('pause')).toBe('paused');
    expect(await post('resume')).toBe('active');
    expect(await post('archive')).toBe('archived');
    expect(await post('launch')).toBe('409 wrong_status');
    expect(await stage.call('POST', '/v1/campaigns/nobody/launch')).toMatchObject({ status: 404 });
    expect(await stage.call('POST', '/v1/campaigns/other/launch?version=7')).toMatchObject({ status: 404 });
  });

  test('is unknown to other workspaces', async () => {
    const stage = await stageWithTemplate();
    const as = (method: 'GET' | 'POST', url: string) => stage.call(method, url, undefined, 'stranger');
    expect(await as('GET', '/v1/campaigns')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await as('GET', '/v1/campaigns/other')).toMatchObject({ status: 404 });
    expect(await as('GET', '/v1/campaigns/other/report')).toMatchObject({ status: 404 });
    expect(await as('POST', '/v1/campaigns/other/pause')).toMatchObject({ status: 404 });
  });

  test('reports where everybody is', async () => {
    const stage = await stageWithTemplate();
    await stage.launch(
      'long',
      '{ id: long, enter: { on: c.d }, exit: [{ on: e.f }], steps: [{ id: w, wait: P1D }] }',
    );
    for (const who of ['ada', 'bob', 'cid']) await stage.happens('c.d', who);
    await stage.quiet();
    await stage.happens('e.f', 'bob');
    await stage.quiet();
    const mails = ['de', 'de', 'default', undefined].map((locale, index) => {
      const state = { campaignId: 'long', channel: 'email', status: 'sent', stepId: 'hi', locale };
      return { workspace: 'acme', id: `m${index}`, version: 1, state, outbox: [] };
    });
    await stage.store
      .collection(collections.messages)
      .write(mails.map((doc) => ({ doc: doc as unknown as MessageDocument, ifVersion: null })));
    expect((await stage.call('GET', '/v1/campaigns/long/report')).body).toEqual({
      campaignId: 'long',
      entered: 3,
      active: 2,
      completed: 0,
      exited: 1,
      failed: 0,
      steps: { w: { active: 2, exited: 1 } },
      messages: { email: { sent: 4 } },
      messagesByStep: { hi: { sent: 4 } },
      messagesByLocale: { de: { sent: 2 }, default: { sent: 1 } },
    });
    const { body } = await stage.call('GET', '/v1/enrollments?campaignId=long&status=active&limit=1');
    expect(body.items).toHaveLength(1);
    const rest = await stage.call(
      'GET',
      `/v1/enrollments?campaignId=long&status=active&limit=1&cursor=${body.nextCursor}`,
    );
    expect(rest.body.items).toHaveLength(1);
    expect(rest.body.items[0].id).not.toBe(body.items[0].id);
    expect(await stage.call('GET', '/v1/enrollments?campaignId=long&cursor=nonsense')).toMatchObject({
      status: 400,
    });
    expect(await stage.call('GET', '/v1/enrollments?prospectId=x&status=active')).toMatchObject({
      status: 400,
    });
  });

  test('has a schema for editors', async () => {
    const stage = await setStage();
    expect((await stage.call('GET', '/schemas/campaign.json')).body).toMatchObject({
      title: 'Herald campaign',
      required: ['id', 'enter', 'steps'],
    });
  });
});
