import { type Static, type TObject, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Instant } from '../../clock.ts';
import { deriveId } from '../../ids.ts';
import { type Departing, departureOf } from '../../limits/departure.ts';
import { type Channel, lineOf } from '../../message/channel.ts';
import type { Path } from '../../text/source-text.ts';
import type { Identified, StepChecker, StepKind, StepRun } from './kind.ts';
import { type RequestedEvent, requestedEvents } from './requested.ts';
import { type ResumedEvent, type WaitingEvent, waitingEvents } from './waiting.ts';

/** What a step that sends names: the template of the message; a webhook also where it goes. */
export interface Sends {
  readonly template: string;
  readonly url?: string;
}

export const template = Type.String({
  minLength: 1,
  maxLength: 63,
  description: 'a template of the channel',
});

const dontWait = Type.Enum(['dontWait'], {
  description: 'the run goes on at once: the message alone waits for the window and quiet hours',
});

/**
 * A step that sends waits until the hours let its message leave. `dontWait`: the run goes on at once, and
 * what follows may overtake it.
 */
export type SendStep<Name extends Channel, Message extends Sends> = Identified & {
  readonly [N in Name]: Message;
} & { readonly then?: Static<typeof dontWait> };

/** The events of a step that sends. */
export type SendEvent = WaitingEvent | ResumedEvent | RequestedEvent;

const THEN_OF_SENDS =
  'of a step that sends must be dontWait, or be left out; what comes next is the next step of the list';

/** The kind of step that sends a message of a channel. `checkMore` notes what no schema can say. */
export function sendKind<Name extends Channel, Message extends Sends>(
  channel: Name,
  schema: TObject,
  checkMore?: (message: Sends, path: Path, checker: StepChecker) => void,
): StepKind<SendStep<Name, Message>, SendEvent> {
  const shape = Compile(schema);
  return {
    schema,
    beside: { then: dontWait },
    check(step, path, checker) {
      if (step.then !== undefined && step.then !== 'dontWait')
        checker.fault([...path, 'then'], THEN_OF_SENDS);
      const at = [...path, channel];
      const message = step[channel];
      if (!checker.matches(shape, message, at)) return;
      const sends = message as unknown as Sends;
      checkMore?.(sends, at, checker);
      checker.template(channel, sends.template, [...at, 'template']);
    },
    template: (step) => step[channel].template,
    perform: (run, step) => send(run, step, channel, step[channel]),
    events: { ...waitingEvents, ...requestedEvents },
  };
}

/**
 * Requests the message of a step, or first waits until the hours let the message leave, so that what follows
 * counts from then.
 */
function send(
  run: StepRun<SendEvent>,
  step: Identified & { readonly then?: 'dontWait' },
  channel: Channel,
  { template, url }: Sends,
): void {
  const visit = 1; // a step is visited once as long as nothing loops
  const messageId = deriveId('message', run.workspace, run.state().enrollmentId, step.id, visit);
  const { sending, transactional } = run.world();
  const later =
    step.then === 'dontWait'
      ? undefined
      : laterThan(run, {
          messageId,
          channel,
          transactional: transactional.has(template),
          window: run.window,
          workspace: sending,
          zone: run.zone(),
        });
  if (later !== undefined) {
    const { at: dueAt, reason: hours } = later;
    const since = run.now();
    return run.record('enrollment.waiting', { stepId: step.id, kind: 'window', since, dueAt, hours });
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
 * A run that is behind (an outage, a pause) must not request a message that could not leave now. Undefined:
 * it may leave; or it never may, which messaging records.
 */
function laterThan(
  run: StepRun<SendEvent>,
  message: Departing,
): { readonly at: Instant; readonly reason: string } | undefined {
  const byLogicalTime = departureOf(run.now(), message);
  const departure =
    byLogicalTime.kind === 'open'
      ? departureOf(Math.max(run.now(), run.world().now), message)
      : byLogicalTime;
  return departure.kind === 'later' ? departure : undefined;
}
