import { isObject, reasonOf, span } from '@herald/domain';
import { plainLink } from '../../tracking/plain-link.ts';
import { scannerOf } from '../../tracking/scanner.ts';
import type { Reported } from '../report-event.ts';

/** One event of SendGrid's, as far as it is of use here. */
export interface SendgridEvent {
  /** The reference that we gave it with the message; undefined: it is not of ours. */
  readonly reference: string | undefined;
  /** SendGrid's id of the event; the same on every retry. */
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
  readonly meaning: Reported | 'unsubscribed' | undefined;
}

/** The event, or undefined for what has not even the form of one. Everything in it is text of somebody else's. */
export function readSendgridEvent(
  value: unknown,
  isOwnLink: (url: string) => boolean,
): SendgridEvent | undefined {
  if (!isObject(value)) return undefined;
  const { event, timestamp, sg_event_id: id, herald } = value;
  if (typeof event !== 'string' || typeof timestamp !== 'number' || !Number.isFinite(timestamp))
    return undefined;
  if (typeof id !== 'string' || id === '') return undefined;
  return {
    reference: typeof herald === 'string' ? herald : undefined,
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
): SendgridEvent['meaning'] {
  const common = { provider: 'sendgrid' } as const;
  const because = (text: unknown) =>
    typeof text === 'string' && text !== '' ? { reason: reasonOf(text) } : {};
  const scanner = scannerOf({ userAgent: textOf(fields.useragent) });
  switch (event) {
    case 'processed':
      return { ...common, outcome: 'sent' };
    case 'deferred':
      return { ...common, outcome: 'deferred', ...because(fields.response) };
    case 'delivered':
      return { ...common, outcome: 'delivered' };
    case 'open':
      // SendGrid does not always name the program of an open, so that nothing follows from its absence.
      return { ...common, outcome: 'opened', ...(fields.sg_machine_open === true ? { machine: true } : {}) };
    case 'click': {
      const url = textOf(fields.url);
      // Who goes to unsubscribe is not who found something of interest; the page tells what they did.
      if (url !== undefined && isOwnLink(url)) return undefined;
      const link = plainLink(url);
      return {
        ...common,
        outcome: 'clicked',
        ...(link === undefined ? {} : { url: link }),
        ...(scanner === undefined || fields.useragent === undefined ? {} : { scanner }),
      };
    }
    case 'bounce':
      // `blocked`: the server refused for now, or refused us; the address may well be good.
      return {
        ...common,
        outcome: 'bounced',
        bounce: fields.type === 'blocked' ? 'soft' : 'hard',
        ...because(fields.reason),
      };
    case 'dropped':
      return /bounced address|invalid/i.test(textOf(fields.reason) ?? '')
        ? { ...common, outcome: 'bounced', bounce: 'hard', ...because(fields.reason) }
        : { ...common, outcome: 'failed', ...because(fields.reason) };
    case 'spamreport':
      return { ...common, outcome: 'complained' };
    case 'unsubscribe':
    case 'group_unsubscribe':
      return 'unsubscribed';
    default:
      return undefined;
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
