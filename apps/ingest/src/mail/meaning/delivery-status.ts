import { reasonOf } from '@herald/domain';
import { partOf, type ReadMail } from '../read-mail.ts';
import type { Meaning } from './meaning.ts';
import { reportOfFailure } from './words.ts';

/** Recipients of one report that are looked at; a mail of Herald has one. */
const MAX_RECIPIENTS = 20;

/** A delivery status notification (RFC 3464). Undefined: the mail is none. */
export function deliveryStatus(mail: ReadMail): Meaning | undefined {
  const status = partOf(mail, 'message/delivery-status', 'message/global-delivery-status');
  if (status === undefined) return undefined;
  const recipients = groupsOf(status)
    .filter((fields) => fields.has('action') || fields.has('status'))
    .slice(0, MAX_RECIPIENTS);
  const actionOf = (fields: Fields): string =>
    (fields.get('action') ?? '').toLowerCase().split(/[\s(]/)[0] ?? '';
  const failed = recipients.find((fields) => actionOf(fields) === 'failed');
  if (failed !== undefined) return { kind: 'report', reported: reportOfFailure(wordsOf(failed), mail.text) };
  const delayed = recipients.find((fields) => actionOf(fields) === 'delayed');
  if (delayed !== undefined) {
    const reason = reasonOf(wordsOf(delayed).join(' '));
    return { kind: 'report', reported: { outcome: 'deferred', reason } };
  }
  // Delivered, relayed or expanded: nobody asked, and it changes nothing.
  return recipients.length === 0 ? undefined : { kind: 'ignored' };
}

type Fields = ReadonlyMap<string, string>;

/** `5.1.1` and `550 5.1.1 no such user`; the diagnosis without its type (section 2.3.6). */
const wordsOf = (fields: Fields): string[] =>
  [fields.get('status'), fields.get('diagnostic-code')?.replace(/^[\w-]+\s*;\s*/, '')].filter(
    (words) => words !== undefined && words !== '',
  ) as string[];

/** Its groups of fields, unfolded, by lower-case name. Empty lines separate them (section 2.1). */
const groupsOf = (text: string): Fields[] =>
  text
    .replace(/\r\n/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n{2,}/)
    .map(
      (group) =>
        new Map(
          group.split('\n').flatMap((line): [string, string][] => {
            const colon = line.indexOf(':');
            return colon < 1
              ? []
              : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
          }),
        ),
    );
