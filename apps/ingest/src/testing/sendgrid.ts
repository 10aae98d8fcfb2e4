import { generateKeyPairSync, sign } from 'node:crypto';
import type { TestIngest } from './start-ingest.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The key that the tests' SendGrid signs with, as SendGrid shows it. */
export const WEBHOOK_KEY = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

export interface Posting {
  /** The signed time in ms since 1970. Default: now. */
  readonly at?: number;
  /** Signed instead of the sent body. */
  readonly signed?: string;
}

/** Posts what SendGrid would, signed. */
export function postEvents(
  { app, time }: TestIngest,
  body: unknown,
  { at = time.now, signed }: Posting = {},
) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const timestamp = String(Math.floor(at / 1000));
  const signature = sign('sha256', Buffer.from(timestamp + (signed ?? payload)), privateKey);
  return app.inject({
    method: 'POST',
    url: '/callbacks/sendgrid',
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-timestamp': timestamp,
      'x-twilio-email-event-webhook-signature': signature.toString('base64'),
    },
    payload,
  });
}
