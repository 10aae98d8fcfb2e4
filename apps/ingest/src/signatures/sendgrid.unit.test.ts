import { generateKeyPairSync, sign } from 'node:crypto';
import { sendgridKey } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { describe, expect, it } from 'vitest';
import { isSendgridSignature } from './sendgrid.ts';

const NOW = Date.UTC(2026, 0, 31, 9);
const SECONDS = String(NOW / 1000);
const at = (now: number): Clock => ({ rate: 1, now: () => now });
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const body = Buffer.from('[{"email":"ada@example.com","event":"open"}]\r\n');

const headersOf = (timestamp = SECONDS, payload: Buffer = body, key = privateKey) => ({
  'x-twilio-email-event-webhook-timestamp': timestamp,
  'x-twilio-email-event-webhook-signature': sign(
    'sha256',
    Buffer.concat([Buffer.from(timestamp), payload]),
    key,
  ).toString('base64'),
});
const holds = (
  headers: Record<string, string | undefined>,
  sent = body,
  now = NOW,
  keys = [sendgridKey(KEY)],
) => isSendgridSignature(headers, { body: sent, keys, clock: at(now) });

describe('a signature of SendGrid', () => {
  it('holds where the package of SendGrid says that it does', () => {
    const webhook = new EventWebhook();
    const key = webhook.convertPublicKeyToECDSA(KEY);
    for (const payload of [body, Buffer.from('{"umlaut":"ü"}'), Buffer.from('')]) {
      const headers = headersOf(SECONDS, payload);
      const signature = headers['x-twilio-email-event-webhook-signature'];
      expect(webhook.verifySignature(key, payload, signature, SECONDS)).toBe(true);
      expect(holds(headers, payload)).toBe(true);
      expect(holds(headers, Buffer.from(`${payload} `))).toBe(false);
    }
  });

  it('holds for the example that SendGrid publishes with its package', () => {
    const payload = Buffer.from(
      JSON.stringify({ category: 'example_payload', event: 'test_event', message_id: 'message_id' }),
    );
    const key = sendgridKey(
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==',
    );
    const headers = {
      'x-twilio-email-event-webhook-timestamp': '1588788367',
      'x-twilio-email-event-webhook-signature':
        'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=',
    };
    expect(holds(headers, payload, 1_588_788_367_000, [key])).toBe(true);
    expect(
      holds(
        { ...headers, 'x-twilio-email-event-webhook-timestamp': '1588788368' },
        payload,
        1_588_788_367_000,
        [key],
      ),
    ).toBe(false);
  });

  it('is refused when it is older than SendGrid retries, or from the future', () => {
    const hours = (n: number) => NOW + n * 3_600_000;
    expect(holds(headersOf(), body, hours(25))).toBe(true);
    expect(holds(headersOf(), body, hours(25) + 1_000)).toBe(false);
    expect(holds(headersOf(), body, NOW - 300_000)).toBe(true);
    expect(holds(headersOf(), body, NOW - 301_000)).toBe(false);
  });

  it('is refused under another key, and when anything of it is missing or garbage', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(holds(headersOf(SECONDS, body, other.privateKey))).toBe(false);
    expect(holds(headersOf(), body, NOW, [])).toBe(false);
    for (const name of ['x-twilio-email-event-webhook-timestamp', 'x-twilio-email-event-webhook-signature'])
      for (const value of [undefined, '', 'AAAA', '!', `${SECONDS}0`])
        expect(holds({ ...headersOf(), [name]: value })).toBe(false);
  });
});

it('a key is what SendGrid shows, and nothing else is', () => {
  expect(sendgridKey(KEY)).toBeDefined();
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
    format: 'der',
    type: 'spki',
  });
  for (const text of ['', 'secret', KEY.slice(4), p384.toString('base64')])
    expect(sendgridKey(text)).toBeUndefined();
});
