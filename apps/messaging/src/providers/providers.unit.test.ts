import { reasonOf } from '@herald/domain';
import { expect, test } from 'vitest';
import { createConsoleProvider } from '../channels/email/console-provider.ts';
import { email } from '../channels/email/index.ts';
import type { OutgoingEmail } from '../channels/email/message.ts';
import { outcomeOfFailure } from '../channels/email/smtp/outcome.ts';
import { sms } from '../channels/sms/index.ts';
import type { OutgoingSms } from '../channels/sms/message.ts';
import { codeOf, withoutServers } from './reason.ts';

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
])('a final refusal of %s, %s, bounces: %s', (command, message, bounce) => {
  const outcome = outcomeOfFailure({ command, message, responseCode: 550, code: 'EENVELOPE' }, false);
  expect(outcome).toMatchObject({ kind: 'permanent' });
  expect('bounce' in outcome ? outcome.bounce : undefined).toBe(bounce);
});

test.each([
  ['550 no such user ada@home.example here', '550 no such user (address) here'],
  ['550 "ada l"@home.example unknown', '550 (address) unknown'],
  ['see /u?to=ada%40home.example', 'see (address)'],
  ['550 ada＠home.example unknown', '550 (address) unknown'],
  ['the number +44 (0)7946 000999 is not valid', 'the number (number) is not valid'],
  ['07946 000999 is unreachable', '(number) is unreachable'],
  ['(415) 555-0100, 415.555.0100 and 4155550100', '(number), (number) and (number)'],
  ['451 4.3.0 try again in 300 s', '451 4.3.0 try again in 300 s'],
  ['connect ECONNREFUSED 127.0.0.1:52525', 'connect ECONNREFUSED 127.0.0.1:52525'],
  [
    '421 4.7.0 [203.0.113.201] queue 4FX9Y01234567890AB',
    '421 4.7.0 [203.0.113.201] queue 4FX9Y01234567890AB',
  ],
])('a reason from %j keeps no address and no number, and all the codes', (said, kept) => {
  expect(reasonOf(said)).toBe(kept);
});

test('a reason has no part of the recipient’s address either', () => {
  const mail = { channel: 'email', to: 'ada.king@home.example' } as OutgoingEmail;
  expect(email.address.hideIn('550 5.1.1 Ada.King: unknown in table; adaking stays', mail)).toBe(
    '550 5.1.1 (address): unknown in table; adaking stays',
  );
  const text = { channel: 'sms', to: '+4479460' } as OutgoingSms;
  expect(sms.address.hideIn?.("21211: 'To' 4479460 is wrong", text)).toBe("21211: 'To' (number) is wrong");
});

test.each([
  ['ESOCKET: connect ECONNREFUSED 10.0.0.5:25', 'ESOCKET: connect ECONNREFUSED'],
  ['ESOCKET: connect ECONNREFUSED ::1:25', 'ESOCKET: connect ECONNREFUSED'],
  ['EDNS: getaddrinfo ENOTFOUND mail.corp.internal', 'EDNS: getaddrinfo ENOTFOUND'],
  ['EPROTOCOL: 421 4.7.0 [203.0.113.9] goes too fast', 'EPROTOCOL: 421 4.7.0 (server) goes too fast'],
  [
    "ESOCKET: Hostname/IP does not match certificate's altnames: Host: mail.corp.internal. is not in",
    "ESOCKET: Hostname/IP does not match the certificate's names",
  ],
  ['EENVELOPE: 451 4.3.0 try later', 'EENVELOPE: 451 4.3.0 try later'],
])('%s is shown to a workspace without our servers', (full, shown) => {
  expect(withoutServers(full)).toBe(shown);
});

test.each([
  ["EENVELOPE: Can't send mail - all recipients were rejected: 451 4.3.0 SECRET_WORDS", '451 4.3.0'],
  ['EMESSAGE: Message failed: 451 later', '451'],
  ['EPROTOCOL: Invalid greeting. response=421 busy: 421 busy', '421'],
  ['EAUTH: Invalid login: 535 5.7.8 no', '535 5.7.8'],
  ['ESOCKET: connect ECONNREFUSED 127.0.0.1:25', 'ECONNREFUSED'],
  ['EDNS: getaddrinfo ENOTFOUND mail.example', 'ENOTFOUND'],
  ['ETIMEDOUT: Greeting never received', 'ETIMEDOUT'],
  ['429: too many', '429'],
  ['400, 21211: no such number', '400, 21211'],
  ['ETIMEDOUT_CALL: no answer within 45000 ms', 'ETIMEDOUT_CALL'],
  ['UND_ERR_CONNECT_TIMEOUT: Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT'],
  ['the receiver answered 503', '503'],
  ['the receiver cannot be reached: ECONNREFUSED', 'ECONNREFUSED'],
  ['410: the receiver wants no more of these', '410'],
  ['451 4.7.1 greylisted', '451 4.7.1'],
  ['the provider failed: TypeError', undefined],
  ['no mail for Egon EXAMPLE_NAME', undefined],
])('the code of %j is %j', (reason, code) => {
  expect(codeOf(reason)).toBe(code);
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
