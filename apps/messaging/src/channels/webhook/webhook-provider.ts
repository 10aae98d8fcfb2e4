import type { lookup } from 'node:dns';
import { rotated } from '@herald/config';
import { type AllowedAddresses, createConnector } from '@herald/outbound';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import type { Provider } from '../../providers/provider.ts';
import type { OutgoingWebhook } from './message.ts';
import { outcomeOfAnswer, outcomeOfFailure } from './outcome.ts';

export interface WebhookOptions {
  readonly allowed: AllowedAddresses;
  /** ms of wall time for one webhook, from looking up the name to the end of the answer. */
  readonly timeout?: number;
  /** Webhooks under way at once. */
  readonly connections?: number;
  /** Resolves names. Default: the system's own. */
  readonly lookup?: typeof lookup;
}

/** Bytes: what an answer says is not looked at. */
const MAX_ANSWER = 16 * 1024;

/**
 * Requests to anybody's server, signed by Standard Webhooks. They reach the public internet and nothing else.
 */
export function createWebhookProvider(options: WebhookOptions): Provider<OutgoingWebhook> {
  const { timeout = 20_000, connections = 32 } = options;
  const agent = new Agent({
    connect: createConnector({ ...options, timeout: Math.min(timeout, 10_000) }),
    connections,
    pipelining: 1,
    maxHeaderSize: MAX_ANSWER,
    headersTimeout: timeout,
    bodyTimeout: timeout,
  });
  return {
    channel: 'webhook',
    name: 'http',
    timeout: timeout + 1_000,
    connections,
    async send(message) {
      const signature = signatureOf(message, new Date());
      if (signature === undefined)
        return { kind: 'permanent', reason: 'the secret that signs webhooks is not base64, or is empty' };
      try {
        const signal = AbortSignal.timeout(timeout);
        const { statusCode, headers, body } = await request(message.url, {
          dispatcher: agent,
          method: 'POST',
          headers: {
            ...message.headers,
            'content-type': 'application/json',
            'user-agent': 'Herald',
            ...signature,
          },
          body: message.body,
          signal,
        });
        // The status is the answer; the rest only frees the connection.
        await body.dump({ limit: MAX_ANSWER, signal }).catch(() => {});
        return outcomeOfAnswer(statusCode, headers, Date.now());
      } catch (error) {
        return outcomeOfFailure(error);
      }
    },
    async close() {
      await agent.destroy();
    },
  };
}

/**
 * The headers of Standard Webhooks. A secret of several lines is several secrets, and there is a signature of
 * each, so that one can follow another. The time is the wall's, whatever Herald's own clock shows: receivers
 * refuse what is minutes old.
 */
function signatureOf(
  { messageId, body, secret }: OutgoingWebhook,
  at: Date,
): Record<string, string> | undefined {
  try {
    const signatures = rotated(secret).map((one) => new Webhook(one).sign(messageId, at, body));
    if (signatures.length === 0) return undefined;
    return {
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signatures.join(' '),
    };
  } catch {
    return undefined; // the caller says what the secret must be
  }
}
