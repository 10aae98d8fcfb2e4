import type { MessageReference } from '@herald/contracts';
import {
  type Clock,
  deriveId,
  type Event,
  type Instant,
  type JsonObject,
  MESSAGE_REPORTED,
  newEvent,
  type ReportFacts,
  streamOf,
} from '@herald/domain';

const EARLIEST: Instant = Date.UTC(2000);

export type Reported = Omit<ReportFacts, 'messageId'>;

export interface ReportOrigin {
  /** `callbacks/<provider>` or `tracking`. */
  readonly source: string;
  /** The provider's identity of the report: the same again is the same event. */
  readonly key: readonly (string | number)[];
  readonly at: Instant;
}

/** The event for a report about a message. Messaging decides what it means. */
export const reportEvent = (
  reference: MessageReference,
  reported: Reported,
  origin: ReportOrigin,
  clock: Clock,
): Event => aboutProspect(MESSAGE_REPORTED, reference, withoutGaps({ ...reported }), origin, clock);

/**
 * The event for a person who wants, or does not want, messages of the channel and said so to the provider.
 */
export const consentEvent = (
  decision: 'subscribed' | 'unsubscribed',
  reference: MessageReference,
  reason: string,
  origin: ReportOrigin,
  clock: Clock,
): Event =>
  aboutProspect(`prospect.${decision}`, reference, { channel: reference.channel, reason }, origin, clock);

function aboutProspect(
  type: string,
  { workspace, prospectId, messageId }: MessageReference,
  data: JsonObject,
  { source, key, at }: ReportOrigin,
  clock: Clock,
): Event {
  const now = clock.now();
  const id = deriveId(type, source, messageId, ...key);
  return newEvent({
    workspace,
    id,
    stream: streamOf('prospect', prospectId),
    type,
    // A provider's clock may be ahead of Herald's, or wrong.
    occurredAt: at < EARLIEST ? now : Math.min(at, now),
    receivedAt: now,
    source,
    data: { messageId, ...data },
  });
}

const withoutGaps = (fields: object): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
