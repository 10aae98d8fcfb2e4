import { isObject } from '@herald/domain';

const TYPES = ['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation'] as const;
/** The digest of each version of the signature. */
const DIGESTS = { '1': 'sha1', '2': 'sha256' } as const;

/** A message of SNS that is well formed; nothing of it is verified yet. */
export interface SnsMessage {
  readonly type: (typeof TYPES)[number];
  readonly messageId: string;
  readonly topicArn: string;
  /** RFC 3339: when it was published. A retry has the same time. */
  readonly timestamp: string;
  /** The address that confirms the subscription; undefined for a notification. */
  readonly subscribeUrl: string | undefined;
  readonly certificateUrl: string;
  readonly digest: (typeof DIGESTS)[keyof typeof DIGESTS];
  readonly signature: Buffer;
  /** What is signed. */
  readonly signed: string;
}

/** Reads the JSON that SNS posts; undefined for anything else. */
export function readSnsMessage(body: unknown): SnsMessage | undefined {
  if (!isObject(body)) return undefined;
  const field = (name: string): unknown => (Object.hasOwn(body, name) ? body[name] : undefined);
  const type = TYPES.find((name) => name === field('Type'));
  const version = field('SignatureVersion');
  const signature = field('Signature');
  if (type === undefined || (version !== '1' && version !== '2')) return undefined;
  if (typeof signature !== 'string' || !/^[A-Za-z0-9+/]{1,1400}={0,2}$/.test(signature)) return undefined;
  const signed = signedText(type, field);
  const [messageId, topicArn, timestamp, certificateUrl] = ONE_LINE.map(field);
  if (signed === undefined || !isLine(messageId) || !isLine(topicArn) || !isLine(timestamp)) return undefined;
  const subscribeUrl = type === 'Notification' ? undefined : field('SubscribeURL');
  if (!isLine(certificateUrl) || (subscribeUrl !== undefined && !isLine(subscribeUrl))) return undefined;
  return {
    type,
    messageId,
    topicArn,
    timestamp,
    subscribeUrl,
    certificateUrl,
    signed,
    digest: DIGESTS[version],
    signature: Buffer.from(signature, 'base64'),
  };
}

const ONE_LINE = ['MessageId', 'TopicArn', 'Timestamp', 'SigningCertURL'] as const;

/**
 * The names and values that SNS signs, a line each. Only line breaks separate the fields, so only the message
 * may hold one: otherwise the text could be split into other fields under the same signature.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
 */
function signedText(type: SnsMessage['type'], field: (name: string) => unknown): string | undefined {
  const names =
    type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  let text = '';
  for (const name of names) {
    const value = field(name);
    if (name === 'Subject' && (value === undefined || value === null)) continue;
    if (typeof value !== 'string' || (name !== 'Message' && !isLine(value))) return undefined;
    text += `${name}\n${value}\n`;
  }
  return text;
}

const isLine = (value: unknown): value is string => typeof value === 'string' && !/\p{Cc}/u.test(value);
