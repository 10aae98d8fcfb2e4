import { headerOf, partOf, type ReadMail } from '../read-mail.ts';
import type { Meaning } from './meaning.ts';

/**
 * Types by which a person, or a mailbox provider for them, complains (RFC 5965, section 7.3; `opt-out` as
 * some providers send it).
 */
const COMPLAINTS: ReadonlySet<string> = new Set(['abuse', 'fraud', 'opt-out', 'opt-out-list', 'other']);

/** A feedback report (ARF, RFC 5965), or Microsoft's own form. Undefined: the mail is none. */
export function complaint(mail: ReadMail): Meaning | undefined {
  const report = partOf(mail, 'message/feedback-report');
  // Outlook.com's junk mail reporting names the recipient in a header of the mail that it returns.
  if (report === undefined) {
    const isMicrosoft = /^staff@hotmail\.com$/i.test(addressIn(headerOf(mail, 'from')));
    return isMicrosoft && mail.parts.some(({ text }) => /^X-HmXmrOriginalRecipient:/im.test(text))
      ? COMPLAINED
      : undefined;
  }
  const [, type = ''] = /^Feedback-Type:\s*([\w-]+)/im.exec(report) ?? [];
  // `not-spam`, `virus`, `auth-failure`: not about what the person wants.
  return COMPLAINTS.has(type.toLowerCase()) ? COMPLAINED : { kind: 'ignored' };
}

const COMPLAINED: Meaning = { kind: 'report', reported: { outcome: 'complained' } };

const addressIn = (header: string): string => /<([^<>]*)>/.exec(header)?.[1] ?? header.trim();
