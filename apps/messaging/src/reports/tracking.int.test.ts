import { verifyTrackedLink } from '@herald/contracts';
import { expect, test } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { ready } from '../testing/ready.ts';

const HTML =
  '<body><a href="https://shop.example/a?b=1&amp;c=2">shop</a> <a href="<%= it.links.unsubscribe ' +
  '%>">unsubscribe</a></body>';

async function sentWith(tracking: object, options: Parameters<typeof ready>[0] = {}) {
  const stage = await ready(options);
  await stage.template('page', { subject: 's', html: HTML });
  await stage.call('PUT', '/v1/settings', { tracking });
  await stage.ask({ template: 'page' });
  await stage.until('m1', 'sent');
  return stage.sent()[0];
}
const tracked = (html = '') =>
  [...html.matchAll(/https:\/\/herald\.example\/t\/([\w.-]+)/g)].map(([, token = '']) =>
    verifyTrackedLink(token, 'secret'),
  );
const about = { workspace: 'acme', prospectId: 'ada', messageId: 'm1', madeAt: T0 };

test('links and opens are tracked where the workspace has set it, and the unsubscribe link never', async () => {
  const mail = await sentWith({ opens: true, clicks: true });
  expect(tracked(mail?.html)).toEqual([{ ...about, target: 'https://shop.example/a?b=1&c=2' }, about]);
  expect(mail?.html).toContain('"https://herald.example/u/');
  expect(mail?.text).toContain('https://shop.example/a?b=1&c=2');
});

test('each by itself, and neither by default', async () => {
  expect(tracked((await sentWith({ opens: true }))?.html)).toEqual([about]);
  expect(tracked((await sentWith({ clicks: true }))?.html)).toMatchObject([
    { target: 'https://shop.example/a?b=1&c=2' },
  ]);
  expect(tracked((await sentWith({}))?.html)).toEqual([]);
});

test('a provider that tracks by itself gets the links unchanged', async () => {
  const provider = { ...fakeProvider(), tracks: true };
  expect(tracked((await sentWith({ opens: true, clicks: true }, { provider }))?.html)).toEqual([]);
});
