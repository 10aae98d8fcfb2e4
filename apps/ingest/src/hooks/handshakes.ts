import { createHmac } from 'node:crypto';
import type { SourceDocument, SourceHandshake } from '@herald/contracts';
import { isObject } from '@herald/domain';
import { equal } from '../signatures/compare.ts';
import type { RawRequest } from '../signatures/raw-request.ts';

/**
 * The method by which a sender asks before it has proved anything. The other kinds ask in a webhook that is
 * verified.
 */
const OPEN_METHODS: { readonly [K in SourceHandshake['kind']]?: string } = {
  cloudevents: 'OPTIONS',
  'hub-challenge': 'GET',
  dropbox: 'GET',
  okta: 'GET',
  'microsoft-graph': 'POST',
  head: 'HEAD',
};

/** The parameters of WebSub and Meta. */
const HUB = { mode: 'hub.mode', token: 'hub.verify_token', challenge: 'hub.challenge' } as const;

/** What a handshake reads. */
export interface HandshakeRequest {
  readonly request: RawRequest;
  readonly query: Readonly<Record<string, string>>;
  /** The secrets of the handshake, or of the source if the handshake has none. */
  readonly secrets: () => readonly string[];
}

/** The text that a sender expects before it sends; never a page. */
export interface HandshakeAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly type: string;
  readonly text: string;
}

const asText = (text: string, headers = {}): HandshakeAnswer => ({
  headers,
  type: 'text/plain; charset=utf-8',
  text,
});
const asJson = (value: Readonly<Record<string, string>>): HandshakeAnswer => ({
  headers: {},
  type: 'application/json; charset=utf-8',
  text: JSON.stringify(value),
});

/** The handshake of a source: its own, or the one that its sender always makes. */
export function handshakeOf({ handshake, verify: { scheme } }: SourceDocument): SourceHandshake | undefined {
  if (handshake !== undefined) return handshake;
  const implied = ['slack', 'sns', 'zoom', 'twitch', 'dropbox'] as const;
  const kind = implied.find((name) => name === scheme);
  return kind === undefined ? undefined : { kind };
}

/**
 * Answers a request that proves nothing yet: a sender asks whether it may send at all. Undefined if it is not
 * such a request.
 */
export function openHandshake(
  handshake: SourceHandshake,
  { request: { method, headers }, query, secrets }: HandshakeRequest,
): HandshakeAnswer | undefined {
  if (OPEN_METHODS[handshake.kind] !== method) return undefined;
  switch (handshake.kind) {
    case 'cloudevents':
      return allowOrigin(handshake, headers['webhook-request-origin']);
    case 'hub-challenge': {
      if (query[HUB.mode] !== 'subscribe') return undefined;
      const token = Buffer.from(query[HUB.token] ?? '');
      const known = secrets().some((secret) => equal(Buffer.from(secret), token));
      return known ? echo(query[HUB.challenge]) : undefined;
    }
    case 'dropbox':
      return echo(query.challenge);
    case 'microsoft-graph':
      return echo(query.validationToken);
    case 'okta': {
      const challenge = shown(headers['x-okta-verification-challenge']);
      return challenge === undefined ? undefined : asJson({ verification: challenge });
    }
    case 'head':
      return asText('');
    default:
      return undefined;
  }
}

/** Answers a verified request that is a question and not an event. */
export function provenHandshake(
  handshake: SourceHandshake,
  body: unknown,
  { request: { headers }, secrets }: HandshakeRequest,
): HandshakeAnswer | undefined {
  switch (handshake.kind) {
    case 'slack':
      return fieldOf(body, 'type') === 'url_verification' ? echo(fieldOf(body, 'challenge')) : undefined;
    case 'twitch':
      return headers['twitch-eventsub-message-type'] === 'webhook_callback_verification'
        ? echo(fieldOf(body, 'challenge'))
        : undefined;
    case 'zoom': {
      if (fieldOf(body, 'event') !== 'endpoint.url_validation') return undefined;
      const plainToken = fieldOf(fieldOf(body, 'payload'), 'plainToken');
      const [secret] = secrets();
      // Only a text that cannot be that of a signed webhook: the answer is a signature over it.
      if (typeof plainToken !== 'string' || !/^[\w-]{1,200}$/.test(plainToken) || secret === undefined)
        return undefined;
      const encryptedToken = createHmac('sha256', secret).update(plainToken).digest('hex');
      return asJson({ plainToken, encryptedToken });
    }
    case 'event-grid': {
      if (headers['aeg-event-type'] !== 'SubscriptionValidation') return undefined;
      const first: unknown = Array.isArray(body) ? body[0] : undefined;
      const code = shown(fieldOf(fieldOf(first, 'data'), 'validationCode'));
      return code === undefined ? undefined : asJson({ validationResponse: code });
    }
    default:
      return undefined;
  }
}

/** https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection */
function allowOrigin(
  { origins, rate }: SourceHandshake,
  origin: string | undefined,
): HandshakeAnswer | undefined {
  if (origin === undefined || !/^[\w.:-]{1,255}$/.test(origin)) return undefined;
  const allowed = origins?.some((name) => name.toLowerCase() === origin.toLowerCase()) ?? true;
  if (!allowed) return undefined;
  return asText('', {
    allow: 'POST',
    'webhook-allowed-origin': origin,
    'webhook-allowed-rate': rate === undefined ? '*' : String(rate),
  });
}

const echo = (challenge: unknown): HandshakeAnswer | undefined => {
  const text = shown(challenge);
  return text === undefined ? undefined : asText(text);
};

/** No sender's challenge is longer, or has control characters. */
const shown = (text: unknown): string | undefined =>
  typeof text === 'string' && /^[^\p{Cc}]{1,1024}$/u.test(text) ? text : undefined;

const fieldOf = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
