import { eventsMessages } from '@herald/contracts';
import {
  type Campaign,
  causedBy,
  deriveId,
  type Entry,
  newEvent,
  type Refusal,
  type StoredEvent,
} from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import type { CampaignRunnerMetrics } from '../metrics.ts';
import type { ReportUnanswered } from './report-unanswered.ts';

export interface RecordRefusalDeps extends Pick<ServiceDeps, 'broker' | 'clock'> {
  readonly metrics: CampaignRunnerMetrics;
  readonly reportUnanswered: ReportUnanswered;
}

type Refused = Extract<Entry, { enters: false }>;

/** Refusals that somebody may look for later: the prospect's log has them. The others are everyday. */
const RECORDED: ReadonlySet<Refusal> = new Set<Refusal>(['too_old', 'too_deep']);

/** Counts that an event did not let its prospect into a campaign, and records what somebody may ask about. */
export function createRecordRefusal({ broker, clock, metrics, reportUnanswered }: RecordRefusalDeps) {
  return async (
    campaign: Campaign,
    event: StoredEvent,
    prospectId: string,
    { refusal, detail = '', unanswered }: Refused,
  ): Promise<void> => {
    metrics.enrollments.inc({ outcome: `refused_${refusal}` });
    const { workspace, occurredAt, stream } = event;
    const cause = causedBy(event);
    if (unanswered !== undefined)
      await reportUnanswered(campaign, { workspace, prospectId, occurredAt, cause }, [unanswered]);
    if (!RECORDED.has(refusal)) return;
    const id = deriveId('refused', workspace, campaign.id, event.id);
    const data = { campaignId: campaign.id, reason: refusal, detail, eventId: event.id };
    const refused = { workspace, id, stream, type: 'enrollment.refused', occurredAt, data };
    const record = newEvent({ ...refused, receivedAt: clock.now(), source: 'campaign-runner' }, cause);
    await broker.publish(eventsMessages([record]));
  };
}
