import { once } from 'node:events';
import { createServer } from 'node:http';
import { createAllowedAddresses } from '@herald/outbound';
import { expect, onTestFinished, test } from 'vitest';
import { expectReplayable, ready } from '../testing/ready.ts';

/** A server of files: `/<status>` answers it, anything else is a file. */
async function fileServer(): Promise<{ url: string; asked: string[]; answers: Map<string, number> }> {
  const asked: string[] = [];
  const answers = new Map<string, number>();
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.writeHead(answers.get(url) ?? 200, { 'content-type': 'application/pdf' }).end('%PDF');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, asked, answers };
}
const attachments = { allowed: createAllowedAddresses(['127.0.0.0/8']) };
const PDF_HASH = '315d429b7714cedb6ad04ac31240145257692630457f3c88253c5beceac76027';
const invoice = (url: string, ifMissing: string) => ({
  ...{ subject: 'Your invoice', html: '<img src="cid:logo"><a href="<%= it.links.unsubscribe %>">bye</a>' },
  attachments: [
    {
      filename: 'Invoice <%= it.event.data.plan %>.pdf',
      url: `${url}/<%= encode(it.event.data.plan) %>.pdf`,
      contentType: 'application/pdf',
      ifMissing,
    },
    { filename: 'logo.png', content: 'aGVsbG8=', contentType: 'image/png', cid: 'logo' },
  ],
});

test('a mail takes its files along, which are fetched before; the message keeps names, sizes and hashes', async () => {
  const { url, asked } = await fileServer();
  const stage = await ready({ attachments });
  await stage.template('invoice', invoice(url, 'fail'));
  await stage.ask({ template: 'invoice' });
  const { state } = await stage.until('m1', 'sent');
  expect(asked).toEqual(['/pro.pdf']);
  expect(stage.sent()[0]?.files).toEqual([
    { filename: 'Invoice pro.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF') },
    { filename: 'logo.png', contentType: 'image/png', cid: 'logo', content: Buffer.from('hello') },
  ]);
  expect(state.attachments).toMatchObject([
    { filename: 'Invoice pro.pdf', size: 4, sha256: PDF_HASH },
    { filename: 'logo.png', size: 5 },
  ]);
  await expectReplayable(stage);
  expect((await stage.call('GET', '/v1/messages/m1')).body.attachments).toEqual(state.attachments);
  const sample = { event: { data: { plan: 'pro' } } };
  const preview = await stage.call('POST', '/v1/templates/invoice/preview', sample);
  expect(preview.body.files).toMatchObject([{ url: `${url}/pro.pdf` }, { cid: 'logo' }]);
  const tested = await stage.call('POST', '/v1/templates/invoice/test', { to: 'me@acme.example', ...sample });
  expect(tested.status).toBe(200);
  expect(stage.sent().at(-1)?.files).toHaveLength(2);
  await stage.erased('ada');
  await expect.poll(async () => (await stage.message('m1'))?.state.attachments).toBeUndefined();
});

test('a file that may come later is waited for, without a call; one that never comes follows the rule', async () => {
  const { url, answers } = await fileServer();
  const stage = await ready({ attachments });
  await stage.template('invoice', invoice(url, 'fail'));
  answers.set('/pro.pdf', 503);
  await stage.ask({ template: 'invoice' });
  const waiting = await stage.until('m1', 'scheduled');
  expect(waiting.state).toMatchObject({
    attempts: 0,
    reason: 'attachment: Invoice pro.pdf: its server answered 503',
  });
  expect(waiting.tries?.count).toBe(1);
  answers.delete('/pro.pdf');
  await stage.at(waiting.state.dueAt);
  await stage.until('m1', 'sent');

  answers.set('/pro.pdf', 404);
  await stage.ask({ template: 'invoice', messageId: 'm2' });
  expect((await stage.until('m2', 'failed')).state.reason).toContain(
    'Invoice pro.pdf: its server answered 404',
  );
  await stage.template('invoice', invoice(url, 'sendWithout'));
  await stage.ask({ template: 'invoice', messageId: 'm3' });
  expect((await stage.until('m3', 'sent')).state.attachments).toMatchObject([
    { filename: 'Invoice pro.pdf', missing: 'its server answered 404' },
    { filename: 'logo.png' },
  ]);
  expect(stage.sent()).toHaveLength(2);
});

test('nothing is fetched for a message that does not leave', async () => {
  const { url, asked } = await fileServer();
  const stage = await ready({ attachments });
  await stage.template('invoice', invoice(url, 'fail'));
  await stage.prospect({ traits: {} });
  await stage.ask({ template: 'invoice' });
  await stage.until('m1', 'suppressed');
  expect(asked).toEqual([]);
});
