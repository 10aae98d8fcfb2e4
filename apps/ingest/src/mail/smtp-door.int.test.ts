import { ack } from '@herald/broker';
import {
  messageReference,
  queue,
  REFERENCE_HEADER,
  type ReturnUse,
  type SendReturned,
  sendContract,
  signReturnAddress,
  workspaceTag,
} from '@herald/contracts';
import { deriveId } from '@herald/domain';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { deliveryStatusMail, feedbackMail, plainMail } from '../testing/returned-mails.ts';
import { deliver, smtp } from '../testing/smtp-client.ts';
import { LINK_SECRET, startIngest, type TestIngest } from '../testing/start-ingest.ts';

const BOUNCES = 'bounces@mail.acme.example';
const messageId = deriveId('m1');
const addressFor = (use: ReturnUse, workspace = 'acme'): string =>
  signReturnAddress(BOUNCES, { use, workspace, messageId }, LINK_SECRET) ?? '';
const reference = messageReference(LINK_SECRET, {
  workspace: 'acme',
  prospectId: 'ada',
  messageId,
  channel: 'email',
});

let ingest: TestIngest;
let returned: SendReturned[];
beforeAll(async () => {
  ingest = await startIngest({
    mail: { bounceAddress: BOUNCES, smtp: { host: '127.0.0.1', port: 0 } },
  });
  await ingest.broker.consume(queue.messagingSend, { prefetch: 1 }, async ({ body }) => {
    const wanted = sendContract.parse(body);
    if (wanted.kind === 'returned') returned.push(wanted);
    return ack;
  });
});
beforeEach(() => {
  returned = [];
  ingest.faults.publish = false;
});
afterAll(() => ingest.stop());

const port = (): number => Number(/"port":(\d+)/.exec(ingest.logged())?.[1]);
const counted = async (result: string): Promise<number> => {
  const { values } = await ingest.metrics.returnedMails.get();
  return values.find(({ labels }) => labels.result === result)?.value ?? 0;
};

test('a bounce to the address of a message is handed on, after which the server may forget it', async () => {
  const mail = deliveryStatusMail({ diagnostic: 'smtp; 550 5.1.1 <ada@home.example> unknown' });
  expect(await deliver(port(), addressFor('bounce').toUpperCase(), mail)).toMatch(/^250 /);
  await vi.waitFor(() => expect(returned).toHaveLength(1));
  expect(returned[0]).toMatchObject({
    messageId,
    workspaceTag: workspaceTag('acme', LINK_SECRET),
    reported: { outcome: 'bounced', bounce: 'hard', reason: '5.1.1 550 5.1.1 <(address)> unknown' },
  });
});

test('the same mail again has the same id, another about the same message has not', async () => {
  const to = addressFor('bounce');
  for (const id of ['<1@mx>', '<1@mx>', '<2@mx>'])
    await deliver(port(), to, deliveryStatusMail({ messageId: id }));
  await vi.waitFor(() => expect(returned).toHaveLength(3));
  const [first, again, other] = returned.map(({ id }) => id);
  expect([again === first, other === first]).toEqual([true, false]);
});

test('a complaint without such an address is recorded by the header of the mail that it returns', async () => {
  const original = [`${REFERENCE_HEADER}: ${reference}`];
  for (const mail of [feedbackMail('abuse', original), deliveryStatusMail({ original, status: '5.2.2' })])
    expect(await deliver(port(), BOUNCES, mail)).toMatch(/^250 /);
  const events = await ingest.published();
  expect(events).toMatchObject([
    { type: 'message.reported', stream: 'prospect/ada', data: { messageId, outcome: 'complained' } },
    { type: 'message.reported', data: { messageId, outcome: 'bounced', bounce: 'soft' } },
  ]);
  expect(returned).toEqual([]);
});

test('a report about a message of nobody here changes nothing', async () => {
  const forged = reference.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  const mail = feedbackMail('abuse', [`${REFERENCE_HEADER}: ${forged}`]);
  expect(await deliver(port(), BOUNCES, mail)).toMatch(/^250 /);
  expect(await ingest.published()).toEqual([]);
  expect(await counted('foreign')).toBe(1);
});

test('whoever writes to the address for it is unsubscribed; a program that answers there is not', async () => {
  const to = addressFor('unsubscribe');
  const away = plainMail({ From: 'ada@home.example', Subject: 'Automatic reply: Hi' }, 'Away.');
  for (const mail of [
    plainMail({ From: 'ada@home.example', Subject: 'unsubscribe' }),
    away,
    deliveryStatusMail(),
  ])
    expect(await deliver(port(), to, mail, 'ada@home.example')).toMatch(/^250 /);
  await vi.waitFor(() => expect(returned).toHaveLength(1));
  expect(returned[0]).toMatchObject({ messageId });
  expect(returned[0]?.reported).toBeUndefined();
});

test('a mail of a person is refused, so that they learn that nobody reads it', async () => {
  const mail = plainMail({ From: 'ada@home.example', Subject: 'Re: Hi' }, 'Who are you?');
  expect(await deliver(port(), addressFor('bounce'), mail, 'ada@home.example')).toMatch(
    /^550 5\.6\.0 nobody reads/,
  );
});

test.each([
  ['of another domain', 'ada@home.example', 'relay'],
  ['of another mailbox', 'postmaster@mail.acme.example', 'relay'],
  ['with a detour', '@mail.acme.example:ada@home.example', ''],
  ['with a percent sign', 'ada%home.example@mail.acme.example', 'relay'],
  ['that nobody signed', 'bounces+b234@mail.acme.example', 'forged'],
  [
    'of a message of another workspace, under the signature of this one',
    addressFor('bounce').replace(/.{21}@/, (end) => `${end.startsWith('a') ? 'b' : 'a'}${end.slice(1)}`),
    'forged',
  ],
])('an address %s is refused before the mail is read', async (_what, to, result) => {
  const before = result === '' ? 0 : await counted(result);
  const replies = await smtp(port(), 'EHLO mx.example', 'MAIL FROM:<a@b.example>', `RCPT TO:<${to}>`, 'DATA');
  expect(replies.slice(-2)).toEqual([expect.stringMatching(/^5\d\d /), expect.stringMatching(/^503 /)]);
  if (result !== '') expect(await counted(result)).toBe(before + 1);
});

test('a mail is refused for now while it cannot be stored', async () => {
  ingest.faults.publish = true;
  const to = addressFor('bounce');
  expect(await deliver(port(), to, deliveryStatusMail())).toMatch(/^451 4\.3\.0 /);
  ingest.faults.publish = false;
  expect(await deliver(port(), to, deliveryStatusMail())).toMatch(/^250 /);
});

test('a mail that is too large is refused, also if its size was not said before', async () => {
  const size = 21_000_000;
  const said = await smtp(port(), 'EHLO mx.example', `MAIL FROM:<> SIZE=${size}`);
  expect(said.at(-1)).toMatch(/^552 /);
  const mail = Buffer.concat([deliveryStatusMail(), Buffer.alloc(size, 'x'.repeat(998).concat('\r\n'))]);
  expect(await deliver(port(), addressFor('bounce'), mail)).toMatch(/^552 /);
});

test('it offers neither to log in nor to send for others, and says little of itself', async () => {
  const replies = await smtp(port(), 'EHLO mx.example', 'AUTH PLAIN AGEAYg==', 'VRFY ada', 'EXPN all');
  expect(replies.slice(2)).toEqual([
    expect.stringMatching(/^5/),
    expect.stringMatching(/^252|^5/),
    expect.stringMatching(/^5/),
  ]);
  expect(ingest.logged()).not.toContain('ada@home.example');
});
