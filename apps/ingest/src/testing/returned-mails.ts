/** A mail in lines; its end is that of the last line. */
export const mailOf = (...lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n`);

export interface DeliveryStatus {
  readonly to?: string;
  readonly action?: string;
  readonly status?: string;
  readonly diagnostic?: string;
  /** Header lines of the mail that came back. */
  readonly original?: readonly string[];
  readonly messageId?: string;
}

/** A delivery status notification as RFC 3464 has it. */
export const deliveryStatusMail = (given: DeliveryStatus = {}): Buffer => {
  const {
    to = 'bounces@mail.acme.example',
    action = 'failed',
    status = '5.1.1',
    messageId = '<dsn-1@mx.example>',
  } = given;
  return mailOf(
    'From: MAILER-DAEMON@mx.example (Mail Delivery System)',
    `To: ${to}`,
    `Message-ID: ${messageId}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
    '',
    '--b1',
    'Content-Type: text/plain',
    '',
    'I am sorry: your message could not be delivered.',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    'Arrival-Date: Mon, 2 Mar 2026 08:00:00 +0000',
    '',
    'Final-Recipient: rfc822; ada@home.example',
    `Action: ${action}`,
    `Status: ${status}`,
    ...(given.diagnostic === undefined ? [] : [`Diagnostic-Code: ${given.diagnostic}`]),
    '',
    '--b1',
    'Content-Type: text/rfc822-headers',
    '',
    'Subject: Hi Ada',
    ...(given.original ?? []),
    '',
    '--b1--',
  );
};

/** A feedback report as RFC 5965 has it. */
export const feedbackMail = (type: string, original: readonly string[] = []): Buffer =>
  mailOf(
    'From: feedback@provider.example',
    'To: bounces@mail.acme.example',
    'Message-ID: <arf-1@provider.example>',
    'Subject: complaint',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="b1"',
    '',
    '--b1',
    'Content-Type: text/plain',
    '',
    'This is an abuse report for a mail message.',
    '--b1',
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${type}`,
    'User-Agent: Provider/1.0',
    'Version: 1',
    '',
    '--b1',
    'Content-Type: message/rfc822',
    '',
    'From: news@acme.example',
    'Subject: Hi Ada',
    ...original,
    '',
    'Hi Ada, this bounced with 550 5.1.1 user unknown.',
    '--b1--',
  );

/** A mail without parts. */
export const plainMail = (headers: Readonly<Record<string, string>>, ...text: readonly string[]): Buffer =>
  mailOf(...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ...text);
