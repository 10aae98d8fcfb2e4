import { expect, test } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, ready } from '../testing/ready.ts';
import { setStage } from '../testing/stage.ts';

const RECEIPT = {
  channel: 'email',
  subject: 'Receipt',
  html: '<a href="https://shop.example">shop</a>',
  transactional: true,
  cc: ['<%= it.event.data.accountant %>', '<%= it.event.data.boss ?? "" %>', 'ADA@home.example'],
  bcc: ['archive@acme.example', 'not an address', 'archive@acme.example', 'gone@home.example'],
};
const event = {
  ...{ id: 'x', type: 'order.paid', occurredAt: T0 },
  data: { accountant: 'bob@home.example' } as Record<string, string>,
};

test('who else gets an owed mail is read from the data; a bad or suppressed address is left out and named', async () => {
  const provider = fakeProvider(() => ({ kind: 'sent', leftOut: ['a copy was refused: 550'] }));
  const stage = await ready({ provider });
  await stage.template('receipt', RECEIPT);
  await stage.call('PATCH', '/v1/settings', { tracking: { opens: true, clicks: true } });
  await stage.prospect({
    prospectId: 'gone',
    traits: { email: 'gone@home.example' },
    suppressions: {
      email: { suppressed: true, address: 'gone@home.example', reason: 'hard bounce', at: T0, eventId: 'b' },
    },
  });
  await stage.ask({ template: 'receipt', event });
  const { state } = await stage.until('m1', 'sent');
  expect(stage.sent()[0]).toMatchObject({
    to: 'ada@home.example',
    copies: {
      cc: ['bob@home.example'],
      bcc: ['archive@acme.example'],
      mark: expect.stringMatching(/^[\w-]{43}$/),
    },
  });
  expect(stage.sent()[0]).not.toHaveProperty('unsubscribe');
  // Whose open or click it is, nobody can tell.
  expect(stage.sent()[0]?.html).toBe(RECEIPT.html);
  const copies = {
    cc: ['bob@home.example'],
    bcc: ['archive@acme.example'],
    leftOut: [
      'bcc 2: must be one plain e-mail address: it has a space, or an invisible character',
      'bcc 4: hard bounce',
      'a copy was refused: 550',
    ],
  };
  expect(state.copies).toEqual(copies);
  await expectReplayable(stage);
  expect((await stage.call('GET', '/v1/messages/m1')).body.copies).toEqual(copies);
  await stage.erased('ada');
  await expect.poll(async () => (await stage.message('m1'))?.state.copies).toBeUndefined();
});

test('a missing value fails the mail; a preview shows the copies, and a test goes to nobody else', async () => {
  const stage = await ready();
  await stage.template('receipt', RECEIPT);
  await stage.ask({ template: 'receipt' });
  expect((await stage.until('m1', 'failed')).state.reason).toContain('cc/0 line 1: event.data.accountant');
  const sample = { event: { data: { accountant: 'bob@home.example' } } };
  const preview = await stage.call('POST', '/v1/templates/receipt/preview', sample);
  expect(preview.body.cc).toEqual(['bob@home.example', '', 'ADA@home.example']);
  await stage.call('POST', '/v1/templates/receipt/test', { to: 'me@acme.example', ...sample });
  expect(stage.sent().at(-1)).not.toHaveProperty('copies');
});

test.each<[string, object, string[]]>([
  ['that is not owed', { transactional: false }, ['/cc', '/bcc']],
  ['about a topic', { topic: 'news' }, ['/cc', '/bcc']],
  ['with a mistake in an address', { cc: ['<%= it.prospekt %>'] }, ['/cc/0']],
  ['with too many', { cc: Array.from({ length: 11 }, (_, n) => `a${n}@b.example`) }, ['/cc']],
])('a mail %s has no copies', async (_what, given, paths) => {
  const stage = await setStage();
  const { status, body } = await stage.call('PUT', '/v1/templates/t', { ...RECEIPT, ...given });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
});
