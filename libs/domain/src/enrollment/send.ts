import type { SendStep } from '../campaign/definition.ts';
import type { Instant } from '../clock.ts';
import { deriveId } from '../ids.ts';
import { type Departing, departureOf } from '../limits/departure.ts';
import { type Channel, lineOf } from '../message/message.ts';
import type { Run } from './run.ts';

/**
 * A step that sends: it asks for its message, or first waits until the hours let the message leave, so that
 * what follows counts from then. `zone` is the prospect's.
 */
export function send(
  run: Run,
  step: SendStep,
  channel: Channel,
  zone: string,
  { template, url }: { readonly template: string; readonly url?: string },
): void {
  const visit = 1; // a step is visited once as long as nothing loops
  const messageId = deriveId('message', run.workspace, run.state().enrollmentId, step.id, visit);
  const { sending, owed } = run.world();
  const later =
    step.then === 'dontWait'
      ? undefined
      : laterThan(run, {
          messageId,
          channel,
          transactional: owed.has(template),
          window: run.campaign.definition.window,
          workspace: sending,
          zone,
        });
  if (later !== undefined) {
    const { at: dueAt, reason: hours } = later;
    return run.record('enrollment.waiting', {
      stepId: step.id,
      kind: 'window',
      since: run.now(),
      dueAt,
      hours,
    });
  }
  const after = run.state().lastAsked?.[lineOf(channel)];
  run.record('enrollment.requested', {
    stepId: step.id,
    channel,
    template,
    ...(url === undefined ? {} : { url }),
    messageId,
    ...(after === undefined ? {} : { after }),
    ...(step.then === undefined ? {} : { then: step.then }),
  });
}

/**
 * Until when a message has to wait: from the logical time, and, where that allows it, from the real time too.
 * A run that is behind (an outage, a pause) must not ask for a message that could not leave now. Undefined:
 * it may leave; or never, which messaging tells.
 */
function laterThan(run: Run, message: Departing): { at: Instant; reason: string } | undefined {
  const byLogicalTime = departureOf(run.now(), message);
  const departure =
    byLogicalTime.kind === 'open'
      ? departureOf(Math.max(run.now(), run.world().now), message)
      : byLogicalTime;
  return departure.kind === 'later' ? departure : undefined;
}
