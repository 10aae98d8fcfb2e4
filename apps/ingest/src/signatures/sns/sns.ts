import { verify } from 'node:crypto';
import type { SourceVerify } from '@herald/contracts';
import { type Clock, span } from '@herald/domain';
import { Problem } from '@herald/http';
import type { Log } from '@herald/log';
import { isFresh } from '../freshness.ts';
import { createCertificates } from './certificates.ts';
import type { FetchPinned } from './fetch-pinned.ts';
import { readSnsMessage, type SnsMessage } from './message.ts';
import { certificateUrl, confirmationUrl } from './pinned-urls.ts';

/** s. A delivery policy of SNS may retry for an hour, always with the first timestamp. */
const OLD = (65 * span.MINUTE) / span.SECOND;
const AHEAD = 300;
/** s until SNS should try again; it has a policy of its own. */
const RETRY_AFTER = 20;

/** Amazon SNS as the sender of a source. */
export interface Sns {
  /**
   * Whether a topic of the source signed this body. Throws a 503 if the certificate cannot be fetched now.
   */
  isAuthentic(source: SourceVerify, body: unknown): Promise<boolean>;
  /**
   * Handles an authentic message that is not an event, and says whether it was one: confirms a subscription,
   * or notes its end. Throws a 503 if SNS did not confirm, so that it asks again.
   */
  handshake(body: unknown, source: { readonly workspace: string; readonly id: string }): Promise<boolean>;
}

export function createSns(deps: {
  readonly fetchPinned: FetchPinned;
  readonly clock: Clock;
  readonly log: Log;
  /** ms since 1970 of wall time. */
  readonly now?: () => number;
}): Sns {
  const { fetchPinned, clock, log } = deps;
  const certificates = createCertificates(fetchPinned, deps.now ?? Date.now);

  return {
    async isAuthentic({ topicArn = [], tolerance = OLD }, body) {
      const message = readSnsMessage(body);
      // The topic first: a stranger must not cause any request.
      if (message === undefined || ![topicArn].flat().includes(message.topicArn)) return false;
      if (!isFresh(message.timestamp, { old: tolerance, ahead: AHEAD }, clock, 'rfc3339')) return false;
      const url = certificateUrl(message.certificateUrl, message.topicArn);
      if (url === undefined) return false;
      const key = await certificates.keyOf(url).catch((cause: unknown) => {
        throw unavailable('certificate', 'The certificate of SNS cannot be fetched now.', cause);
      });
      return key !== undefined && verify(message.digest, Buffer.from(message.signed), key, message.signature);
    },

    async handshake(body, { workspace, id }) {
      const message = readSnsMessage(body);
      if (message === undefined || message.type === 'Notification') return false;
      const { topicArn } = message;
      if (message.type === 'UnsubscribeConfirmation') {
        log.warn({ workspace, source: id, topicArn }, 'the subscription to a topic of SNS has ended');
        return true;
      }
      await confirm(message).catch((cause: unknown) => {
        throw unavailable('not_confirmed', 'The subscription could not be confirmed now.', cause);
      });
      log.info({ workspace, source: id, topicArn }, 'a subscription to a topic of SNS is confirmed');
      return true;
    },
  };

  async function confirm({ subscribeUrl, topicArn }: SnsMessage): Promise<void> {
    const url = confirmationUrl(subscribeUrl ?? '', topicArn);
    if (url === undefined) throw new Error('the SubscribeURL does not confirm this topic at SNS');
    const { status } = await fetchPinned(url);
    if (status !== 200) throw new Error(`SNS answered ${status}`);
  }
}

const unavailable = (code: string, message: string, cause: unknown): Problem =>
  new Problem(503, code, message, { retryAfter: RETRY_AFTER, cause });
