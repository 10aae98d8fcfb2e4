import { eventsMessages } from '@herald/contracts';
import {
  type Campaign,
  type Cause,
  deriveId,
  ENROLLMENT_UNANSWERED,
  type Event,
  type Instant,
  newEvent,
  streamOf,
  type Unanswered,
} from '@herald/domain';
import type { ServiceDeps } from '@herald/process';

/** Whose condition it is, and which event asked for it. */
interface Occasion {
  readonly workspace: string;
  readonly prospectId: string;
  readonly occurredAt: Instant;
  readonly cause: Cause;
}

/** Reports conditions that could not be answered: in the prospect's timeline and in the log. */
export type ReportUnanswered = (
  campaign: Pick<Campaign, 'id' | 'version'>,
  occasion: Occasion,
  found: readonly Unanswered[],
) => Promise<void>;

/** Reports remembered. Past that they are made again: the log of events drops an event that it has. */
const MAX_REPORTED = 10_000;

/**
 * Each condition is recorded once for a prospect and a version of its campaign, and logged once for a
 * version, however many events ask for it. The log has the place and the kind of failure, never the person's
 * data.
 */
export function createReportUnanswered({
  broker,
  clock,
  log,
}: Pick<ServiceDeps, 'broker' | 'clock' | 'log'>): ReportUnanswered {
  const reported = new Set<string>();
  const isNew = (key: string): boolean => {
    if (reported.has(key)) return false;
    if (reported.size >= MAX_REPORTED) reported.clear();
    reported.add(key);
    return true;
  };

  return async (campaign, { workspace, prospectId, occurredAt, cause }, found) => {
    const events: Event[] = [];
    for (const { place, detail, reason } of found) {
      const where = [workspace, campaign.id, campaign.version, place] as const;
      if (isNew(where.join()))
        log.warn(
          { workspace, campaignId: campaign.id, campaignVersion: campaign.version, place, reason },
          'a condition could not be answered, so it did not hold',
        );
      const id = deriveId('unanswered', ...where, prospectId);
      if (!isNew(id)) continue;
      const unanswered = {
        workspace,
        id,
        stream: streamOf('prospect', prospectId),
        type: ENROLLMENT_UNANSWERED,
        occurredAt,
        receivedAt: clock.now(),
        source: 'campaign-runner',
        data: { campaignId: campaign.id, campaignVersion: campaign.version, place, detail, reason },
      };
      events.push(newEvent(unanswered, cause));
    }
    if (events.length > 0) await broker.publish(eventsMessages(events));
  };
}
