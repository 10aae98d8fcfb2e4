import { ack, type Handler } from '@herald/broker';
import { dueContract, handlerOf } from '@herald/contracts';
import { span, wall } from '@herald/domain';
import type { ServiceDeps } from '@herald/process';
import { tracing } from '@herald/telemetry';
import type { CampaignLibrary } from '../campaigns/library.ts';
import type { CampaignRunnerMetrics } from '../metrics.ts';
import type { Transitions } from './transitions.ts';

export interface OnDueDeps extends Pick<ServiceDeps, 'store' | 'clock'> {
  readonly metrics: CampaignRunnerMetrics;
  readonly library: CampaignLibrary;
  readonly transitions: Transitions;
}

/**
 * Handles `campaign-runner.due`: a wait may be due. An alarm for an older version of the enrollment does
 * nothing.
 */
export function createOnDue({ clock, metrics, library, transitions }: OnDueDeps): Handler {
  return handlerOf(dueContract, async (due) => {
    const doc = await transitions.outbox.load(due.workspace, due.id);
    const dueAt = doc?.state.wait?.dueAt ?? null;
    if (doc === undefined || doc.version !== due.version || doc.state.status !== 'active' || dueAt === null)
      return ack;
    tracing().annotate({
      'herald.correlation_id': doc.cause.correlationId,
      'herald.enrollment_id': doc.id,
    });
    if (dueAt > clock.now()) {
      await transitions.arm(doc);
      return ack;
    }
    // A paused campaign holds what is due; the sweep looks at it later.
    if (library.status(doc.workspace, doc.state.campaignId) === 'paused') return ack;
    metrics.latenessSeconds.observe({ kind: 'wait' }, (clock.now() - dueAt) / wall(clock, span.SECOND));
    await transitions.wake(doc);
    return ack;
  });
}
