import { createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { ReceivedMail } from './mail.ts';

/** What happened to a mail, by the event webhook's names. */
export type SendGridEvent =
  | 'processed'
  | 'deferred'
  | 'delivered'
  | 'open'
  | 'click'
  | 'bounce'
  | 'blocked'
  | 'dropped'
  | 'spamreport'
  | 'unsubscribe';

/**
 * By how an address begins: `bounce-1@…` bounces, `spam@…` is reported as spam. Everybody else gets the
 * mail.
 */
const BY_ADDRESS: readonly (readonly [string, readonly SendGridEvent[]])[] = [
  ['bounce', ['processed', 'bounce']],
  ['blocked', ['processed', 'blocked']],
  ['dropped', ['dropped']],
  ['slow', ['processed', 'deferred', 'delivered']],
  ['spam', ['processed', 'delivered', 'spamreport']],
  ['open', ['processed', 'delivered', 'open']],
  ['click', ['processed', 'delivered', 'open', 'click']],
];

/** What happens to a mail by default, by its address. */
export const eventsFor = (address: string): readonly SendGridEvent[] =>
  BY_ADDRESS.find(([start]) => address.toLowerCase().startsWith(start))?.[1] ?? ['processed', 'delivered'];

const MORE: { readonly [E in SendGridEvent]?: object } = {
  deferred: { response: '450 4.2.0 greylisted, try again later', attempt: '1' },
  delivered: { response: '250 2.0.0 OK' },
  open: { useragent: 'Mozilla/5.0', ip: '255.255.255.255', sg_machine_open: false },
  click: { useragent: 'Mozilla/5.0', ip: '255.255.255.255', url: 'https://acme.example/pricing' },
  bounce: {
    type: 'bounce',
    status: '5.1.1',
    reason: '550 5.1.1 no such user',
    bounce_classification: 'Invalid Address',
  },
  blocked: {
    type: 'blocked',
    status: '5.7.1',
    reason: '554 5.7.1 rejected by policy',
    bounce_classification: 'Content',
  },
  dropped: { reason: 'Bounced Address', status: '5.0.0' },
};

/**
 * One event of the webhook. A block is a bounce of type `blocked`. Custom arguments stand beside the event's
 * own fields.
 */
export const eventOf = (received: ReceivedMail, event: SendGridEvent, at = Date.now()): object => ({
  email: received.to,
  timestamp: Math.floor(at / 1_000),
  'smtp-id': `<${received.id}@geopod-ismtpd-1>`,
  event: event === 'blocked' ? 'bounce' : event,
  sg_event_id: Buffer.from(randomUUID()).toString('base64url'),
  sg_message_id: `${received.id}.recvd-5d8f6b9c6-abcde-1-6650A1B2-1.0`,
  ...MORE[event],
  ...received.mail.personalizations[0]?.custom_args,
  ...received.mail.custom_args,
});

export interface EventSigner {
  /** The public key of the signatures, as SendGrid's settings show it: DER in base64. */
  readonly publicKey: string;
  /** The headers of a request with events. */
  sign(body: string, at?: number): Record<string, string>;
}

/** Signs as the signed event webhook does: ECDSA over the timestamp and the body, P-256, SHA-256. */
export function createEventSigner(): EventSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    sign: (body, at = Date.now()) => {
      const timestamp = String(Math.floor(at / 1_000));
      return {
        'x-twilio-email-event-webhook-timestamp': timestamp,
        'x-twilio-email-event-webhook-signature': signature(privateKey, timestamp + body),
      };
    },
  };
}

const signature = (key: KeyObject, text: string): string =>
  createSign('sha256').update(text).sign(key, 'base64');
