import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FetchPinned, PinnedAnswer } from '../signatures/sns/fetch-pinned.ts';

const read = (name: string): string => readFileSync(new URL(`sns/${name}`, import.meta.url), 'utf8');
const key = createPrivateKey(read('key.pem'));

/** Made for these tests only; valid from 2025 to 2124. */
export const CERTIFICATE = read('certificate.pem');
export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:orders';
export const CERTIFICATE_URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem';
export const SUBSCRIBE_URL = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t0ken`;
/** The time of the test ingest's clock. */
export const PUBLISHED = '2026-01-31T09:00:00.000Z';

const ORDER = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

export type Envelope = Record<string, unknown>;

/** Signs as SNS does: those of the fields above that the message has. */
export function signedBySns(fields: Envelope, version = '1'): Envelope {
  const lines = ORDER.filter((name) => fields[name] !== undefined && fields[name] !== null);
  const text = lines.map((name) => `${name}\n${fields[name]}\n`).join('');
  const signature = sign(version === '1' ? 'sha1' : 'sha256', Buffer.from(text), key).toString('base64');
  return { SigningCertURL: CERTIFICATE_URL, ...fields, SignatureVersion: version, Signature: signature };
}

export const notification = (fields: Envelope = {}, version = '1'): Envelope =>
  signedBySns(
    {
      Type: 'Notification',
      MessageId: '6f1c2d3e-0000-4000-8000-000000000001',
      TopicArn: TOPIC,
      Message: JSON.stringify({ order: 'o-1', customer: 'p-1' }),
      Timestamp: PUBLISHED,
      ...fields,
    },
    version,
  );

export const confirmation = (fields: Envelope = {}): Envelope =>
  notification({
    Type: 'SubscriptionConfirmation',
    Message: 'You have chosen to subscribe.',
    Token: 't0ken',
    SubscribeURL: SUBSCRIBE_URL,
    ...fields,
  });

/**
 * A stand-in for SNS: it has its certificate, and confirms. `answer`, if a test sets it, replaces its
 * answers.
 */
export function createSnsStandIn() {
  const calls: string[] = [];
  const standIn: {
    calls: string[];
    answer: ((url: string) => PinnedAnswer | undefined) | undefined;
    fetchPinned: FetchPinned;
  } = {
    calls,
    answer: undefined,
    async fetchPinned({ href }) {
      calls.push(href);
      const other = standIn.answer?.(href);
      if (other !== undefined) return other;
      if (href === CERTIFICATE_URL) return { status: 200, text: CERTIFICATE };
      return href === SUBSCRIBE_URL ? { status: 200, text: '<ok/>' } : { status: 403, text: '' };
    },
  };
  return standIn;
}
