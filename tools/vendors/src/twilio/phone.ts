import type { VendorAnswer } from '../server.ts';

/** A text that was taken. */
export interface ReceivedText {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The messaging service of a text that names one instead of a number. */
  readonly messagingServiceSid?: string | undefined;
  readonly statusCallback: string | undefined;
}

/** A call that was taken. */
export interface PlacedCall {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly twiml: string;
  readonly statusCallback: string | undefined;
  readonly statusEvents: readonly string[];
  /** What the person who answered has heard so far: words, and silences as `(2 s)`. */
  readonly heard: string[];
  /** The keys that they have pressed. */
  readonly pressed: string[];
}

const E164 = /^\+[1-9]\d{6,14}$/;
const NAME = /^(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}$/;
const SHORT_CODE = /^\d{3,8}$/;
const SERVICE = /^MG[0-9a-f]{32}$/i;
const MAX_TEXT = 1_600;
const MAX_SCRIPT = 4_000;

/** An error in the form of Twilio's API. */
export const refuse = (status: number, code: number, message: string): VendorAnswer => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});

/** The fault of its sender or recipient, by Twilio's list of errors. */
export function addressFault(kind: 'Messages' | 'Calls', params: URLSearchParams): VendorAnswer | undefined {
  const to = params.get('To') ?? '';
  const from = params.get('From') ?? '';
  if (to === '') return refuse(400, 21_604, "A 'To' phone number is required.");
  if (!E164.test(to)) return refuse(400, 21_211, `Invalid 'To' Phone Number: ${to}`);
  const service = params.get('MessagingServiceSid');
  if (kind === 'Messages' && from === '' && service !== null)
    return SERVICE.test(service) ? undefined : refuse(400, 21_701, 'The Messaging Service does not exist');
  if (from === '') return refuse(400, 21_603, "A 'From' phone number is required.");
  const isSender = E164.test(from) || (kind === 'Messages' && (NAME.test(from) || SHORT_CODE.test(from)));
  if (!isSender) return refuse(400, 21_212, `Invalid From Number: ${from}`);
  return undefined;
}

export function textFault(params: URLSearchParams): VendorAnswer | undefined {
  const body = params.get('Body') ?? '';
  if (body === '') return refuse(400, 21_602, 'Message body is required.');
  if (body.length > MAX_TEXT)
    return refuse(400, 21_617, 'The concatenated message body exceeds the 1600 character limit');
  return undefined;
}

export function callFault(params: URLSearchParams): VendorAnswer | undefined {
  const twiml = params.get('Twiml') ?? '';
  if (twiml === '') return refuse(400, 21_205, 'Url parameter is required.');
  if (twiml.length > MAX_SCRIPT) return refuse(400, 21_620, 'Invalid TwiML: longer than 4000 characters');
  if (!twiml.includes('<Response>')) return refuse(400, 12_100, 'Document parse failure');
  return undefined;
}
