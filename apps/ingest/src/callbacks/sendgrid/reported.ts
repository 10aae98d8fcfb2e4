import { type Refusal, refusalOf } from '@herald/addresses';
import { isObject, reasonOf, span } from '@herald/domain';
import { plainLink } from '../../tracking/plain-link.ts';
import { scannerOf } from '../../tracking/scanner.ts';
import type { Reported } from '../report-event.ts';

/**
 * What is reported of the message, and what the person has decided about e-mail. Both undefined: nothing of
 * use.
 */
interface Meaning {
  readonly reported?: Reported;
  readonly consent?: 'subscribed' | 'unsubscribed';
}

/** One event of SendGrid, as far as Herald uses it. */
export interface SendgridEvent {
  /** The reference that went out with the message. Undefined: not a message of this installation. */
  readonly reference: string | undefined;
  /** Whom it is about, and the mark of the message's recipient; where the message has copies. */
  readonly about: { readonly address: string; readonly recipient: string } | undefined;
  /** SendGrid's id of the event; the same on every retry. */
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
  readonly meaning: Meaning;
}

/** The event; undefined for anything that is not even one in form. Every text in it is somebody else's. */
export function readSendgridEvent(
  value: unknown,
  isOwnLink: (url: string) => boolean,
): SendgridEvent | undefined {
  if (!isObject(value)) return undefined;
  const { event, timestamp, sg_event_id: id, herald } = value;
  if (typeof event !== 'string' || typeof timestamp !== 'number' || !Number.isFinite(timestamp))
    return undefined;
  if (typeof id !== 'string' || id === '') return undefined;
  const { herald_to: recipient, email } = value;
  return {
    reference: typeof herald === 'string' ? herald : undefined,
    about: typeof recipient === 'string' ? { recipient, address: textOf(email) ?? '' } : undefined,
    id,
    at: Math.trunc(timestamp * span.SECOND),
    meaning: meaningOf(event, value, isOwnLink),
  };
}

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
function meaningOf(
  event: string,
  fields: Record<string, unknown>,
  isOwnLink: (url: string) => boolean,
): Meaning {
  const report = (reported: Omit<Reported, 'provider'>): Meaning => ({
    reported: { provider: 'sendgrid', ...reported },
  });
  const because = (text: unknown) =>
    typeof text === 'string' && text !== '' ? { reason: reasonOf(text) } : {};
  switch (event) {
    case 'processed':
      return report({ outcome: 'sent' });
    case 'deferred':
      return report({ outcome: 'deferred', ...because(fields.response) });
    case 'delivered':
      return report({ outcome: 'delivered' });
    case 'open':
      // SendGrid does not always name the program of an open, so its absence means nothing.
      return report({ outcome: 'opened', ...(fields.sg_machine_open === true ? { machine: true } : {}) });
    case 'click': {
      const url = textOf(fields.url);
      // A click on the unsubscribe link is not a sign of interest; the page records what the person does
      // there.
      if (url !== undefined && isOwnLink(url)) return {};
      const scanner = scannerOf({ userAgent: textOf(fields.useragent) });
      const link = plainLink(url);
      return report({
        outcome: 'clicked',
        ...(link === undefined ? {} : { url: link }),
        ...(scanner === undefined || fields.useragent === undefined ? {} : { scanner }),
      });
    }
    case 'bounce':
      return report({ ...bounced(fields), ...because(fields.reason) });
    case 'dropped':
      return dropped(textOf(fields.reason) ?? '', report);
    case 'spamreport':
      return report({ outcome: 'complained' });
    case 'unsubscribe':
    case 'group_unsubscribe':
      return { consent: 'unsubscribed' };
    case 'group_resubscribe':
      return { consent: 'subscribed' };
    default:
      return {};
  }
}

/**
 * SendGrid's classification of the server's words, used if they have no code. `Unclassified` says nothing.
 */
const BY_CLASS: Readonly<Record<string, Refusal>> = {
  'Invalid Address': 'hard',
  'Mailbox Unavailable': 'soft',
  'Technical Failure': 'soft',
  Technical: 'soft',
  Content: 'other',
  Reputation: 'other',
  'Frequency or Volume Too High': 'other',
  'Frequency/Volume': 'other',
};

/**
 * What it is about: by the server's code, else by SendGrid's classification, else by its type. A `blocked`
 * mail was refused for now, or because of the sender: the address may well be good.
 */
function bounced(fields: Record<string, unknown>): Pick<Reported, 'outcome' | 'bounce'> {
  const isBlocked = fields.type === 'blocked';
  const about =
    refusalOf(textOf(fields.status), textOf(fields.reason)) ??
    BY_CLASS[textOf(fields.bounce_classification) ?? ''] ??
    (isBlocked ? 'soft' : 'hard');
  if (about === 'other') return { outcome: 'failed' };
  return { outcome: 'bounced', bounce: isBlocked ? 'soft' : about };
}

/**
 * SendGrid did not try, and says why: the address or person is on one of its lists, or something is wrong
 * with the mail.
 */
function dropped(reason: string, report: (reported: Omit<Reported, 'provider'>) => Meaning): Meaning {
  const because = reason === '' ? {} : { reason: reasonOf(reason) };
  switch (reason.trim().toLowerCase()) {
    case 'bounced address':
    case 'invalid':
      return report({ outcome: 'bounced', bounce: 'hard', ...because });
    case 'unsubscribed address':
    case 'spam reporting address':
      return { ...report({ outcome: 'failed', ...because }), consent: 'unsubscribed' };
    default:
      return report({ outcome: 'failed', ...because });
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
