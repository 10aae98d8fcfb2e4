import { reasonOf } from '@herald/domain';
import { headerOf, type ReadMail } from '../read-mail.ts';
import { isFromMailSystem } from './automatic.ts';
import type { Meaning } from './meaning.ts';
import { reportOfFailure } from './words.ts';

/** Where a copy of the returned mail begins: its words are Herald's own. */
const COPY =
  /^(-{2,}\s*)?(below this line is a copy|this is a copy of (the|your) message|the (original|header of the original) message|original message|returned message|undelivered message|message header|copy of message)/im;
const DELAYED =
  /(will|we'll) (keep|continue) (on )?(trying|to try)|has(n't| not) (yet )?been delivered|delivery (is |has been )?delayed|still being (re)?tried|you do not need to (resend|send)|this is (only )?a warning|no action is required/i;
const DELAYED_SUBJECT = /delay|warning|still being|temporar/i;
const FAILED_SUBJECT =
  /undeliver|deliver.{0,30}fail|fail.{0,30}deliver|failure notice|returned (mail|to sender)|could not be delivered|not delivered|rejected|mail (system )?error|unzustellbar|nicht zugestellt|non (remis|distribu|recapit)|no (se ha podido )?entrega|mislukt|onbestelbaar/i;
/** Characters that are read; a report says what happened near its beginning. */
const MAX_TEXT = 16_384;

/**
 * A bounce in words alone: of qmail, Exim, Exchange, Yahoo and others that send no delivery status.
 * Undefined: the mail is none.
 */
export function plainBounce(mail: ReadMail): Meaning | undefined {
  if (!isFromMailSystem(mail)) return undefined;
  const subject = headerOf(mail, 'subject');
  const whole = mail.text.slice(0, MAX_TEXT);
  const copy = COPY.exec(whole)?.index;
  const said = copy === undefined ? whole : whole.slice(0, copy);
  const isFailure =
    mail.headers.has('x-failed-recipients') || FAILED_SUBJECT.test(subject) || QMAIL.test(said);
  if (DELAYED_SUBJECT.test(subject) || (DELAYED.test(said) && !GIVEN_UP.test(said)))
    return { kind: 'report', reported: { outcome: 'deferred', reason: reasonOf(subject) } };
  if (!isFailure) return undefined;
  return { kind: 'report', reported: reportOfFailure(linesOf(said), said) };
}

/** The first words of its bounces (https://cr.yp.to/proto/qsbmf.txt). */
const QMAIL = /^Hi\. This is the/im;
const GIVEN_UP = /permanent|given up|giving up|fatal error/i;

/** Those with a server's reply or a code first: they say most. */
function linesOf(said: string): string[] {
  const lines = said.split(/\r?\n/).map((line) => line.trim());
  const replies = lines.filter((line) => /\b[45]\d\d[ -]|[#( ]?[245]\.\d{1,3}\.\d{1,3}\b/.test(line));
  return replies.length > 0 ? replies.slice(0, 5) : [];
}
