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
  [{ code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 }, false, 'temporary'],
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

test('the console shows a message instead of sending it', async () => {
  const written: string[] = [];
  const provider = createConsoleProvider({ write: (text) => written.push(text) });
  const outcome = await provider.send({
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
