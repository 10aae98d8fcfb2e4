import { expect, test } from 'vitest';
import { createConsoleProvider } from './email/console/console-provider.ts';
import { outcomeOfFailure } from './email/smtp/outcome.ts';
import { reasonOf } from './reason.ts';

test('a reason is one bounded line without the address that servers like to repeat', () => {
  expect(reasonOf('550 5.1.1 <ada@home.example>: no such\r\nuser')).toBe(
    '550 5.1.1 <(address)>: no such user',
  );
  expect(reasonOf('x'.repeat(10_000))).toHaveLength(300);
});

test.each([
  [{ code: 'EMESSAGE', command: 'DATA', responseCode: 554 }, true, 'permanent'],
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }, false, 'permanent'],
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 450 }, false, 'temporary'],
  [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 503 }, false, 'temporary'],
  [{ code: 'EPROTOCOL', command: 'CONN', responseCode: 554 }, false, 'temporary'],
  [{ code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 }, false, 'credentials'],
  [{ code: 'EENVELOPE', command: 'API' }, false, 'permanent'],
  [{ code: 'EMESSAGE', command: 'MAIL FROM' }, false, 'permanent'],
  [{ code: 'ECONNECTION', command: 'CONN' }, false, 'temporary'],
  [{ code: 'ECONNECTION', command: 'CONN' }, true, 'unknown'],
  [{ code: 'ETIMEDOUT', command: 'CONN' }, true, 'unknown'],
  [{ code: 'EABORT' }, true, 'unknown'],
  [{ code: 'EABORT' }, false, 'temporary'],
  [{ code: 'EMESSAGE', command: 'DATA', responseCode: 354 }, true, 'unknown'],
  [{ code: 'ECONNECTION', command: 'CONN', responseCode: 421 }, true, 'temporary'],
  [{}, true, 'unknown'],
])('%j, content begun: %j, is %s', (failure, started, kind) => {
  expect(outcomeOfFailure({ message: 'x', ...failure }, started).kind).toBe(kind);
});

test.each([
  ['RCPT TO', '550 no such user here', 'hard'],
  ['RCPT TO', '550 5.1.1 <x@y>: user unknown', 'hard'],
  ['RCPT TO', '550 5.2.1 mailbox disabled', 'hard'],
  ['RCPT TO', '552 5.2.2 mailbox full', 'soft'],
  ['RCPT TO', '554 5.7.1 relay access denied', undefined],
  ['DATA', '550 5.1.1 no such user', 'hard'],
  ['DATA', '550 5.7.1 content refused', undefined],
  ['MAIL FROM', '550 5.1.8 sender refused', undefined],
])('a final no to %s, %s, bounces: %s', (command, message, bounce) => {
  const outcome = outcomeOfFailure({ command, message, responseCode: 550, code: 'EENVELOPE' }, false);
  expect(outcome).toMatchObject({ kind: 'permanent' });
  expect('bounce' in outcome ? outcome.bounce : undefined).toBe(bounce);
});

test('the console shows a message instead of sending it', async () => {
  const written: string[] = [];
  const provider = createConsoleProvider({ write: (text) => written.push(text) });
  const outcome = await provider.send({
    channel: 'email',
    messageId: 'm1',
    from: { email: 'news@acme.example', name: 'Acme' },
    to: 'ada@home.example',
    subject: 'Hi Ada',
    text: 'Welcome',
    unsubscribe: 'https://herald.example/u/t',
  });
  expect(outcome).toEqual({ kind: 'sent' });
  expect(written.join('')).toContain('From: Acme <news@acme.example>\nTo: ada@home.example\nSubject: Hi Ada');
  expect(written.join('')).toContain('\n\nWelcome\n');
});
