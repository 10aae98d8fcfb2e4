import {
  type CampaignDocument,
  type CampaignVersionDocument,
  collections,
  verifyTrackedLink,
} from '@herald/contracts';
import { expect, test } from 'vitest';
import { WORKSPACE } from '../testing/documents.ts';
import { ready } from '../testing/ready.ts';
import type { Stage } from '../testing/stage.ts';

const UTM = 'utm_source=acme&utm_medium=email&utm_campaign=trial&utm_content=hello';
const LINK = '<a href="https://shop.example/?x=1">go</a>';

/** The campaign of the stage's messages, as campaign-runner stores it. */
async function campaign(stage: Stage) {
  const id = 'trial';
  const definition = { id, enter: { on: 'a.b' }, steps: [], utm: { source: 'acme' } };
  const head = { workspace: WORKSPACE, id, version: 1, name: 'Trial', latest: 2 };
  const version = { workspace: WORKSPACE, id: `${id}@2`, version: 1, campaignId: id, n: 2, definition };
  await stage.store
    .collection(collections.campaigns)
    .write([{ doc: head as unknown as CampaignDocument, ifVersion: null }]);
  await stage.store
    .collection(collections.campaignVersions)
    .write([{ doc: version as unknown as CampaignVersionDocument, ifVersion: null }]);
}

const request = { campaignId: 'trial', campaignVersion: 2, stepId: 'hello' };

test('links of a campaign’s mails have its parameters, also behind a tracked link, unless the template has none', async () => {
  const stage = await ready();
  await campaign(stage);
  const bye = '<a href="<%= it.links.unsubscribe %>">bye</a>';
  await stage.template('welcome', { subject: 's', html: LINK + bye });
  await stage.ask({ messageId: 'm1', ...request });
  await stage.until('m1', 'sent');
  const plain = stage.sent().at(-1);
  expect(plain?.html).toContain(`href="https://shop.example/?x=1&amp;${UTM.replaceAll('&', '&amp;')}"`);
  expect(plain?.html).toContain(`href="${plain?.unsubscribe}"`);
  expect(plain?.text).toContain(`[https://shop.example/?x=1&${UTM}]`);

  await stage.call('PATCH', '/v1/settings', { tracking: { clicks: true } });
  await stage.ask({ messageId: 'm2', ...request });
  await stage.until('m2', 'sent');
  const token = /\/t\/([^"]+)"/.exec(stage.sent().at(-1)?.html ?? '')?.[1] ?? '';
  expect(verifyTrackedLink(token, 'secret')?.target).toBe(`https://shop.example/?x=1&${UTM}`);

  await stage.template('welcome', { subject: 's', html: LINK, utm: false });
  await stage.ask({ messageId: 'm3', ...request });
  await stage.until('m3', 'sent');
  expect(stage.sent().at(-1)?.text).toContain('[https://shop.example/?x=1]');
});

test('a preview shows a template as a step of a campaign sends it, and a text counts what the links add', async () => {
  const stage = await ready();
  await campaign(stage);
  await stage.template('text', { channel: 'sms', text: `${'x'.repeat(100)} https://shop.example` });
  const preview = async (sample: object) =>
    (await stage.call('POST', '/v1/templates/text/preview', sample)).body;
  expect(await preview({})).toMatchObject({ text: expect.stringMatching(/example$/), segments: 1 });
  const shown = await preview({ campaignId: 'trial', stepId: 'hello' });
  expect(shown.text).toContain(`https://shop.example?${UTM.replace('email', 'sms')}`);
  expect(shown.segments).toBe(2);
  expect(await preview({ campaignId: 'gone' })).toMatchObject({ status: 422, code: 'campaign_unknown' });
});
