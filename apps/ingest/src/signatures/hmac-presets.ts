import type { HmacPreset } from '@herald/contracts';
import type { HmacRule } from './hmac.ts';
import { readSignedText } from './signed-text.ts';

/** How far off a signed timestamp may be, in s. */
const DEFAULT_TOLERANCE = 300;
export const DEFAULT_HEADER = 'x-signature';

/** A rule with the usual defaults, except for what is given. */
export function hmacRule({
  signed = '{body}',
  ...more
}: Partial<Omit<HmacRule, 'signed'>> & { readonly signed?: string }): HmacRule {
  const read = readSignedText(signed);
  if ('fault' in read) throw new Error(`${signed} ${read.fault}`);
  return {
    algorithm: 'sha256',
    encodings: ['hex'],
    header: DEFAULT_HEADER,
    prefixes: [''],
    timestampUnit: 's',
    tolerance: DEFAULT_TOLERANCE,
    secret: { encoding: 'text', prefix: '' },
    ...more,
    signed: read.signed,
  };
}

const base64 = ['base64'] as const;
/** Slack's form, which others adopted. */
const v0 = { prefixes: ['v0='], signed: 'v0:{timestamp}:{body}' };
/** Stripe's form, which others adopted. */
const timestamped = (header: string) =>
  hmacRule({
    header,
    separator: ',',
    fields: { timestamp: 't', signature: 'v1' },
    signed: '{timestamp}.{body}',
  });
const standard = (name: string) =>
  hmacRule({
    header: `${name}-signature`,
    encodings: base64,
    separator: ' ',
    prefixes: ['v1,'],
    signed: `{header:${name}-id}.{timestamp}.{body}`,
    timestampHeader: `${name}-timestamp`,
    secret: { encoding: 'base64', prefix: 'whsec_' },
  });

/**
 * How senders sign, from their documentation. Several rules are the names that one sender has used over time.
 */
export const hmacPresets: Readonly<Record<HmacPreset, readonly [HmacRule, ...HmacRule[]]>> = {
  'hmac-sha256': [hmacRule({ encodings: ['hex', 'base64', 'base64url'], prefixes: ['sha256=', ''] })],
  // https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures
  calendly: [timestamped('calendly-webhook-signature')],
  // https://docs.customer.io/journeys/webhooks/#securely-verify-requests
  'customer-io': [
    hmacRule({ ...v0, header: 'x-cio-signature', prefixes: [''], timestampHeader: 'x-cio-timestamp' }),
  ],
  // https://www.dropbox.com/developers/reference/webhooks
  dropbox: [hmacRule({ header: 'x-dropbox-signature' })],
  // https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
  github: [hmacRule({ header: 'x-hub-signature-256', prefixes: ['sha256='] })],
  // https://developers.hubspot.com/docs/guides/apps/authentication/validating-requests
  hubspot: [
    hmacRule({
      header: 'x-hubspot-signature-v3',
      encodings: base64,
      signed: '{method}{decodedUrl}{body}{timestamp}',
      timestampHeader: 'x-hubspot-request-timestamp',
      timestampUnit: 'ms',
    }),
  ],
  // https://developers.intercom.com/docs/webhooks/webhook-notifications
  intercom: [hmacRule({ algorithm: 'sha1', header: 'x-hub-signature', prefixes: ['sha1='] })],
  // https://linear.app/developers/webhooks#securing-webhooks
  linear: [hmacRule({ header: 'linear-signature' })],
  // https://developers.facebook.com/docs/graph-api/webhooks/getting-started
  meta: [hmacRule({ header: 'x-hub-signature-256', prefixes: ['sha256='] })],
  // https://developer.paddle.com/webhooks/signature-verification
  paddle: [
    hmacRule({
      header: 'paddle-signature',
      separator: ';',
      fields: { timestamp: 'ts', signature: 'h1' },
      signed: '{timestamp}:{body}',
    }),
  ],
  // https://developer.pagerduty.com/docs/verifying-webhook-signatures
  pagerduty: [hmacRule({ header: 'x-pagerduty-signature', separator: ',', prefixes: ['v1='] })],
  // https://paystack.com/docs/payments/webhooks
  paystack: [hmacRule({ algorithm: 'sha512', header: 'x-paystack-signature' })],
  // https://razorpay.com/docs/webhooks/validate-test
  razorpay: [hmacRule({ header: 'x-razorpay-signature' })],
  // https://segment.com/docs/connections/destinations/catalog/webhooks
  segment: [hmacRule({ algorithm: 'sha1', header: 'x-signature' })],
  // https://docs.sentry.io/organization/integrations/integration-platform/webhooks
  sentry: [hmacRule({ header: 'sentry-hook-signature' })],
  // https://shopify.dev/docs/apps/build/webhooks/subscribe/https
  shopify: [hmacRule({ header: 'x-shopify-hmac-sha256', encodings: base64 })],
  // https://docs.slack.dev/authentication/verifying-requests-from-slack
  slack: [hmacRule({ ...v0, header: 'x-slack-signature', timestampHeader: 'x-slack-request-timestamp' })],
  // https://developer.squareup.com/docs/webhooks/step3validate
  square: [hmacRule({ header: 'x-square-hmacsha256-signature', encodings: base64, signed: '{url}{body}' })],
  // https://github.com/standard-webhooks/standard-webhooks, and Svix, whose scheme became the standard
  'standard-webhooks': [standard('webhook'), standard('svix')],
  // https://docs.stripe.com/webhooks#verify-manually
  stripe: [timestamped('stripe-signature')],
  // https://dev.twitch.tv/docs/eventsub/handling-webhook-events
  twitch: [
    hmacRule({
      header: 'twitch-eventsub-message-signature',
      prefixes: ['sha256='],
      signed: '{header:twitch-eventsub-message-id}{timestamp}{body}',
      timestampHeader: 'twitch-eventsub-message-timestamp',
      timestampUnit: 'rfc3339',
      tolerance: 600,
    }),
  ],
  // https://www.typeform.com/developers/webhooks/secure-your-webhooks
  typeform: [hmacRule({ header: 'typeform-signature', encodings: base64, prefixes: ['sha256='] })],
  // https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
  woocommerce: [hmacRule({ header: 'x-wc-webhook-signature', encodings: base64 })],
  // https://developer.zendesk.com/documentation/webhooks/verifying
  zendesk: [
    hmacRule({
      header: 'x-zendesk-webhook-signature',
      encodings: base64,
      signed: '{timestamp}{body}',
      timestampHeader: 'x-zendesk-webhook-signature-timestamp',
      timestampUnit: 'rfc3339',
    }),
  ],
  // https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events
  zoom: [hmacRule({ ...v0, header: 'x-zm-signature', timestampHeader: 'x-zm-request-timestamp' })],
};
