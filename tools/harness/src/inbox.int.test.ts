import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { type Inbox, openInbox } from './inbox.ts';

let inbox: Inbox | undefined;
afterEach(() => inbox?.stop());

/** Sends each line once the line before is answered. Gives the answers. */
async function talk(url: string, ...lines: string[]): Promise<string[]> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const answers: string[] = [];
  for await (const answer of createInterface({ input: socket })) {
    if (answer[3] === '-') continue;
    answers.push(answer);
    const next = lines.shift();
    if (next === undefined) socket.end();
    else socket.write(`${next}\r\n`);
  }
  return answers;
}

test('a mail that is delivered is kept, with its headers read', async () => {
  inbox = await openInbox();
  const mail = 'Subject: Hello\r\nX-Some: thing\r\n\r\nGood day\r\n.';
  const answers = await talk(
    inbox.url,
    'EHLO here',
    'MAIL FROM:<a@mail.example>',
    'RCPT TO:<b@mail.example>',
    'DATA',
    mail,
    'QUIT',
  );
  expect(answers.map((answer) => answer.slice(0, 3))).toEqual([
    '220',
    '250',
    '250',
    '250',
    '354',
    '250',
    '221',
  ]);
  expect(inbox.mails).toHaveLength(1);
  const [delivered] = inbox.mails;
  expect(delivered?.to).toBe('b@mail.example');
  expect(delivered?.parsed.subject).toBe('Hello');
  expect(delivered?.parsed.headers.get('x-some')).toBe('thing');
});

test('a mailbox that does not exist is refused for good', async () => {
  inbox = await openInbox();
  const answers = await talk(
    inbox.url,
    'EHLO here',
    'MAIL FROM:<a@mail.example>',
    'RCPT TO:<b@gone.example>',
    'QUIT',
  );
  expect(answers[3]).toMatch(/^550 /);
  expect(inbox.refused).toEqual(['b@gone.example']);
  expect(inbox.mails).toHaveLength(0);
});

const HELLO = [
  'EHLO here',
  'MAIL FROM:<a@mail.example>',
  'RCPT TO:<b@mail.example>',
  'DATA',
  'Subject: x\r\n\r\nx\r\n.',
];

test('a mail that is dropped is kept, and its sender hears nothing', async () => {
  inbox = await openInbox({ fate: () => 'drop' });
  const answers = await talk(inbox.url, ...HELLO, 'QUIT');
  expect(answers.at(-1)).toMatch(/^354 /);
  expect(inbox.mails).toHaveLength(1);
});

test('a mail that is deferred is not kept, and its sender is asked to try again', async () => {
  inbox = await openInbox({ fate: (n) => (n === 1 ? 'defer' : 'take') });
  expect((await talk(inbox.url, ...HELLO, 'QUIT')).at(-2)).toMatch(/^451 /);
  expect(inbox.mails).toHaveLength(0);
  expect((await talk(inbox.url, ...HELLO, 'QUIT')).at(-2)).toMatch(/^250 /);
  expect(inbox.mails).toHaveLength(1);
});
