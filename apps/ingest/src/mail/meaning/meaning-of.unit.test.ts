import { describe, expect, test } from 'vitest';
import { deliveryStatusMail, feedbackMail, mailOf, plainMail } from '../../testing/returned-mails.ts';
import { READ, readMail } from '../read-mail.ts';
import { meaningOf } from './meaning-of.ts';

async function meant(raw: Buffer): Promise<string> {
  const mail = await readMail(raw);
  if (mail === undefined) return 'unreadable';
  const meaning = meaningOf(mail);
  if (meaning.kind !== 'report') return meaning.kind;
  const { outcome, bounce } = meaning.reported;
  return [outcome, bounce].filter((word) => word !== undefined).join(' ');
}

describe('a delivery status (RFC 3464)', () => {
  test.each([
    [{ diagnostic: 'smtp; 550 5.1.1 <ada@home.example>: Recipient address rejected' }, 'bounced hard'],
    [{ status: '5.1.1', diagnostic: 'X-Postfix; unknown user: "ada"' }, 'bounced hard'],
    [{ status: '5.0.0', diagnostic: 'smtp; 550 5.1.1\r\n    no such user' }, 'bounced hard'],
    [{ status: '5.0.0', diagnostic: 'smtp; 550 mailbox unavailable' }, 'bounced hard'],
    [{ status: '5.0.0' }, 'bounced soft'],
    [{ status: '5.2.2', diagnostic: 'smtp; 552 5.2.2 mailbox full' }, 'bounced soft'],
    [{ status: '4.4.7', diagnostic: 'smtp; 450 4.2.0 greylisted' }, 'bounced soft'],
    [{ status: '4.4.1 (connection timed out)' }, 'bounced soft'],
    [{ status: '5.7.1', diagnostic: 'smtp; 554 5.7.1 listed by a block list' }, 'failed'],
    [{ status: '5.7.26', diagnostic: 'smtp; 550 5.7.26 DMARC' }, 'failed'],
    [{ action: 'delayed', status: '4.4.1', diagnostic: 'smtp; 451 4.3.0 later' }, 'deferred'],
    [{ action: 'delivered', status: '2.0.0' }, 'ignored'],
    [{ action: 'relayed', status: '2.1.9' }, 'ignored'],
    [{ action: 'Failed (bad)', status: '5.1.1' }, 'bounced hard'],
  ])('with %j is %s', async (given, expected) => {
    expect(await meant(deliveryStatusMail(given))).toBe(expected);
  });

  test('keeps a reason without the address', async () => {
    const diagnostic = 'smtp; 550 5.1.1 <ada@home.example>: unknown';
    const mail = await readMail(deliveryStatusMail({ diagnostic }));
    expect(mail && meaningOf(mail)).toMatchObject({
      reported: { reason: '5.1.1 550 5.1.1 <(address)>: unknown' },
    });
  });
});

test.each([
  ['abuse', 'complained'],
  ['Fraud', 'complained'],
  ['opt-out', 'complained'],
  ['not-spam', 'ignored'],
  ['auth-failure', 'ignored'],
  ['virus', 'ignored'],
])('a feedback report (RFC 5965) of type %s is %s', async (type, expected) => {
  expect(await meant(feedbackMail(type))).toBe(expected);
});

test('a report of Microsoft in its own form is a complaint', async () => {
  const raw = mailOf(
    'From: staff@hotmail.com',
    'Subject: complaint about message from 192.0.2.1',
    'Content-Type: multipart/mixed; boundary=b1',
    ...['', '--b1', 'Content-Type: message/rfc822', ''],
    ...['X-HmXmrOriginalRecipient: <ada@home.example>', 'Subject: Hi', '', 'Hi', '--b1--'],
  );
  expect(await meant(raw)).toBe('complained');
});

const daemon = { From: 'Mail Delivery System <MAILER-DAEMON@mx.example>', 'Auto-Submitted': 'auto-replied' };

test.each<[string, string, Buffer]>([
  [
    'qmail',
    'bounced hard',
    plainMail(
      { From: 'MAILER-DAEMON@mx.example', Subject: 'failure notice' },
      'Hi. This is the qmail-send program at mx.example.',
      "I'm afraid I wasn't able to deliver your message to the following addresses.",
      "This is a permanent error; I've given up. Sorry it didn't work out.",
      ...['', '<ada@home.example>:', 'Sorry, no mailbox here by that name. (#5.1.1)', ''],
      '--- Below this line is a copy of the message.',
      'Your quota is full.',
    ),
  ],
  [
    'qmail, with the reply of another server',
    'bounced soft',
    plainMail(
      { From: 'MAILER-DAEMON@mx.example', Subject: 'failure notice' },
      'Hi. This is the qmail-send program at mx.example.',
      ...['', '<ada@home.example>:', '192.0.2.7 failed after I sent the message.'],
      'Remote host said: 552 over quota',
    ),
  ],
  [
    'Exim',
    'bounced hard',
    plainMail(
      {
        ...daemon,
        Subject: 'Mail delivery failed: returning message to sender',
        'X-Failed-Recipients': 'ada@home.example',
      },
      'This message was created automatically by mail delivery software.',
      'A message that you sent could not be delivered to one or more of its',
      'recipients. This is a permanent error. The following address(es) failed:',
      ...['', '  ada@home.example', '    all relevant MX records point to non-existent hosts', ''],
      '------ This is a copy of the message, including all the headers. ------',
    ),
  ],
  [
    'Exim that still tries',
    'deferred',
    plainMail(
      { ...daemon, Subject: 'Warning: message 1abc delayed 24 hours' },
      'A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.',
      'No action is required on your part. Delivery attempts will continue for some time.',
    ),
  ],
  [
    'old Exchange',
    'bounced hard',
    plainMail(
      { From: 'System Administrator <postmaster@corp.example>', Subject: 'Undeliverable: Hi Ada' },
      'Your message did not reach some or all of the intended recipients.',
      ...['', 'ada@home.example on 3/2/2026 8:00 AM'],
      'The e-mail account does not exist at the organization this message was sent to.',
      '<mx.corp.example #5.1.1>',
    ),
  ],
  [
    'Gmail, in words',
    'bounced hard',
    plainMail(
      {
        From: 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
        Subject: 'Delivery Status Notification (Failure)',
        'X-Failed-Recipients': 'ada@home.example',
      },
      '** Address not found **',
      "Your message wasn't delivered to ada@home.example because the address couldn't be found.",
      ...['', 'The response was:', '550 5.1.1 The email account that you tried to reach does not exist.'],
    ),
  ],
  [
    'Yahoo',
    'bounced hard',
    plainMail(
      { From: 'MAILER-DAEMON@yahoo.com', Subject: 'Failure Notice' },
      'Sorry, we were unable to deliver your message to the following address.',
      ...['', '<ada@yahoo.example>:', "554: delivery error: dd This user doesn't have a yahoo.com account"],
    ),
  ],
  [
    'a server that names a policy',
    'failed',
    plainMail(
      { ...daemon, Subject: 'Undelivered Mail Returned to Sender' },
      'The mail system',
      '<ada@home.example>: host mx said: 550 5.7.1 rejected by policy (in reply to end of DATA command)',
    ),
  ],
  [
    'one in German',
    'bounced soft',
    plainMail({ ...daemon, Subject: 'Unzustellbar: Hallo' }, 'Das Postfach ist voll (quota).'),
  ],
  ['one that says nothing', 'bounced soft', plainMail({ ...daemon, Subject: 'Returned mail' }, 'Sorry.')],
])('a bounce in words is understood: %s', async (_who, expected, raw) => {
  expect(await meant(raw)).toBe(expected);
});

describe('what a person or their program answers is no bounce', () => {
  const person = { From: 'Ada <ada@home.example>' };
  test.each<[string, string, Buffer]>([
    [
      'a vacation notice (RFC 3834)',
      'ignored',
      plainMail(
        { ...person, 'Auto-Submitted': 'auto-replied', Subject: 'Re: Hi' },
        'The user unknown to you is away. 550 5.1.1',
      ),
    ],
    [
      'one without that header',
      'ignored',
      plainMail({ ...person, Subject: 'Automatic reply: Hi' }, 'I am away.'),
    ],
    [
      'one in German',
      'ignored',
      plainMail({ ...person, Subject: 'Abwesenheitsnotiz: Hi' }, 'Nicht zugestellt wird nichts.'),
    ],
    [
      'one by an old header',
      'ignored',
      plainMail({ ...person, 'X-Autoreply': 'yes', Subject: 'Re: Hi' }, 'Away.'),
    ],
    [
      'a challenge',
      'ignored',
      plainMail({ ...person, Subject: 'Please confirm your message to Ada' }, 'Click here.'),
    ],
    [
      'a receipt',
      'ignored',
      mailOf(
        ...['From: ada@home.example', 'Subject: Read: Hi'],
        'Content-Type: multipart/report; report-type=disposition-notification; boundary=b1',
        ...['', '--b1', 'Content-Type: text/plain', '', 'It was displayed.', '--b1--'],
      ),
    ],
    [
      'a person who quotes one',
      'unknown',
      plainMail({ ...person, Subject: 'Re: failure notice' }, '> 550 5.1.1 user unknown'),
    ],
    ['a person', 'unknown', plainMail({ ...person, Subject: 'Re: Hi' }, 'Please stop writing to me.')],
    [
      'a mail server with other news',
      'unknown',
      plainMail({ ...daemon, 'Auto-Submitted': 'no', Subject: 'Your quota' }, 'Buy more.'),
    ],
  ])('%s', async (_what, expected, raw) => {
    expect(await meant(raw)).toBe(expected);
  });
});

describe('a mail made to do harm', () => {
  test('is unreadable if it is nested too deeply or has too long a header', async () => {
    const deep = Array.from({ length: 40 }, (_, n) => [
      `Content-Type: multipart/mixed; boundary=b${n}`,
      '',
      `--b${n}`,
    ]);
    expect(await meant(mailOf(...deep.flat()))).toBe('unreadable');
    expect(await meant(plainMail({ Subject: 'x'.repeat(READ) }))).toBe('unreadable');
  });

  test('costs little time, whatever it repeats', async () => {
    const began = process.cpuUsage();
    const head = 'From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n';
    const multipart = `${head}Content-Type: multipart/report; boundary=b\r\n\r\n`;
    for (const [start, piece] of [
      [`${head}\r\n`, '<a '],
      [`${head}\r\n`, 'user '],
      [`${head}\r\n`, '5.1.1 550 \r\n'],
      [`${head}Content-Type: text/html\r\n\r\n`, '<'],
      [multipart, '--b\r\n\r\n'],
      [multipart, '--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\n'],
      [`${multipart}--b\r\nContent-Type: message/delivery-status\r\n\r\n`, 'Action: failed\r\n \r\n'],
      [`${multipart}--b\r\nContent-Type: message/delivery-status\r\n\r\n`, '\n'],
      [`From: `, '=?utf-8?q?a?= '],
      ['To: ', 'a@b, '],
    ] as const)
      await meant(Buffer.from(start + piece.repeat(Math.ceil(READ / piece.length))));
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(5_000);
  });
});
