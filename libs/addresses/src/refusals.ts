import type { Bounce } from '@herald/domain';

/**
 * What a refusal is about: the address (`hard`: dead; `soft`: not now), or `other`: the sender, the mail, a
 * rule of the server.
 */
export type Refusal = Bounce | 'other';

/**
 * Enhanced status codes without their class, by RFC 3463 and the registry of RFC 5248. A code that is not
 * here is judged by its subject. https://www.iana.org/assignments/smtp-enhanced-status-codes
 */
const BY_CODE: Readonly<Record<string, Refusal>> = {
  // Addressing: the recipient's, unless the code is about the sender's.
  '1.5': 'other', // the address is valid
  '1.7': 'other', // the sender's address is invalid
  '1.8': 'other', // the sender's domain is invalid
  '1.9': 'other', // passed on to a system that cannot take it
  // The mailbox.
  '2.0': 'soft',
  '2.1': 'hard', // disabled
  '2.2': 'soft', // full
  '2.3': 'other', // this mail is too long for it
  '2.4': 'soft', // a mailing list that cannot be expanded
  // The receiving system.
  '3.3': 'other', // it lacks a feature
  '3.4': 'other', // this mail is too big for it
  '3.6': 'other', // asked for a priority that it does not have
  // Policy: about us or the mail, but for these two.
  '7.17': 'hard', // the mailbox belongs to somebody else now
  '7.18': 'hard', // so does the domain
};

/** By the code's subject. Subject 0, other or undefined, says nothing. */
const BY_SUBJECT: Readonly<Record<string, Refusal>> = {
  '1': 'hard', // addressing
  '2': 'soft', // mailbox
  '3': 'soft', // the receiving system
  '4': 'soft', // network and routing
  '5': 'other', // protocol
  '6': 'other', // content
  '7': 'other', // security and policy
};

/** Replies without an enhanced code. 550 and 554 are used for everything. */
const BY_REPLY: Readonly<Record<string, Refusal>> = {
  '521': 'hard', // the host takes no mail (RFC 7504)
  '551': 'hard', // the user is not there
  '552': 'soft', // over the quota
  '553': 'hard', // the name of the mailbox is not allowed
  '556': 'hard', // the domain takes no mail (RFC 7504)
};

/** A code as servers write it: `5.1.1`, `(#5.1.1)`. Not a part of an IP address. */
const ENHANCED = /(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)/g;
const REPLY = /(?<![\d.])([45]\d\d)(?=[ -]|$)/;
/** Words of a reply without a code, or with 5.0.0, that are about the sender and not the recipient. */
const ABOUT_US =
  /relay|spam|black ?list|block ?list|blocked|reputation|policy|SPF|DKIM|DMARC|reverse DNS|PTR record|authenticat/i;

/**
 * What a mail server's final refusal is about, from its words: `550 5.2.2 mailbox full`. Undefined if they do
 * not say. Used for SMTP sessions and providers' reports alike. A class 4 code gives `soft` at most: the
 * sender gave up trying.
 */
export function refusalOf(...words: readonly (string | undefined)[]): Refusal | undefined {
  const text = words.filter((part) => part !== undefined).join(' ');
  for (const [, level = '', subject = '', detail = ''] of text.matchAll(ENHANCED)) {
    if (level === '2' || Number(subject) === 0) continue;
    const about = BY_CODE[`${Number(subject)}.${Number(detail)}`] ?? BY_SUBJECT[Number(subject)];
    return level === '4' && about === 'hard' ? 'soft' : about;
  }
  const [, reply = ''] = REPLY.exec(text) ?? [];
  if (ABOUT_US.test(text)) return 'other';
  return reply.startsWith('4') ? 'soft' : BY_REPLY[reply];
}
