import type { Instant } from '@herald/domain';
import type { Document } from '@herald/store';

/** Senders whose HMAC scheme is known, and the form that most others use. */
export const hmacPresets = [
  'hmac-sha256',
  'calendly',
  'customer-io',
  'dropbox',
  'github',
  'hubspot',
  'intercom',
  'linear',
  'meta',
  'paddle',
  'pagerduty',
  'paystack',
  'razorpay',
  'segment',
  'sentry',
  'shopify',
  'slack',
  'square',
  'standard-webhooks',
  'stripe',
  'twitch',
  'typeform',
  'woocommerce',
  'zendesk',
  'zoom',
] as const;
export type HmacPreset = (typeof hmacPresets)[number];

/**
 * How a source proves who it is. `secret` is the name of a secret of the workspace, never the secret itself.
 */
export interface SourceVerify {
  readonly scheme:
    | 'none'
    | 'bearer'
    | 'basic'
    | 'hmac'
    | HmacPreset
    | 'mandrill'
    | 'sendgrid'
    | 'sns'
    | 'twilio';
  readonly secret?: string;
  /** The topics of `sns` that may send. Every AWS account can sign for topics of its own. */
  readonly topicArn?: string | readonly string[];
  readonly header?: string;
  /** How old a timestamp may be, in s. */
  readonly tolerance?: number;
  /** All that follows is for `hmac` only. */
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly encoding?: 'hex' | 'base64' | 'base64url';
  /** Precedes a signature: `sha1=`. */
  readonly prefix?: string;
  /** Separates several signatures, or several fields, in the header. */
  readonly separator?: string;
  /** Names in a header such as `t=…,v1=…`. */
  readonly fields?: { readonly signature: string; readonly timestamp?: string };
  /** A template of what is signed: `v0:{timestamp}:{body}`. */
  readonly signed?: string;
  readonly timestampHeader?: string;
  readonly timestampUnit?: 's' | 'ms' | 'rfc3339';
  readonly secretEncoding?: 'text' | 'hex' | 'base64';
  /** Precedes the key in the secret: `whsec_`. */
  readonly secretPrefix?: string;
}

/** The ways in which senders ask, before they send, whether an address wants their webhooks. */
export const HANDSHAKES = [
  'cloudevents',
  'dropbox',
  'event-grid',
  'head',
  'hub-challenge',
  'microsoft-graph',
  'okta',
  'slack',
  'sns',
  'twitch',
  'zoom',
] as const;

/** How the sender of a source asks. */
export interface SourceHandshake {
  readonly kind: (typeof HANDSHAKES)[number];
  /** The name of the secret with the verify token of `hub-challenge`. */
  readonly secret?: string;
  /** For `cloudevents`: the origins that may send (default: any), and how many requests per minute. */
  readonly origins?: readonly string[];
  readonly rate?: number;
}

/**
 * CEL over `body`, `headers` and `query`, and with `each` also over `item` and `index`: the parts of a
 * webhook that become the event.
 */
export interface SourceMap {
  /** A list; each item of it is an event. */
  readonly each?: string;
  readonly id?: string;
  readonly type: string;
  readonly prospectId: string;
  readonly occurredAt?: string;
  readonly data?: string;
  readonly skip?: string;
}

/** Written by ingest. */
export interface SourceDocument extends Document {
  readonly name?: string;
  readonly verify: SourceVerify;
  readonly handshake?: SourceHandshake;
  readonly map: SourceMap;
  readonly changedAt: Instant;
}
