import { type EventOf, type InWords, keepAll, type RulesByType } from '../../enrollment/event-rules.ts';
import {
  type Awaited,
  type SeenEvent,
  type Wait,
  withoutData,
  withStepDone,
} from '../../enrollment/state.ts';
import { iso } from '../../time/iso.ts';

/** A step waits. `hours`: the hours that a `window` waits for. */
export type WaitingEvent = EventOf<
  'enrollment.waiting',
  Wait & { readonly awaits?: Awaited; readonly hours?: string }
>;

/** A wait is over: its time has come, or its event. */
export type ResumedEvent = EventOf<
  'enrollment.resumed',
  {
    readonly stepId: string;
    readonly by: 'due' | 'event';
    readonly branch?: string;
    readonly event?: SeenEvent;
    readonly awaits?: Awaited;
  }
>;

/** The events of every step that waits: `wait`, `waitFor`, and those that send. */
export const waitingEvents: RulesByType<WaitingEvent | ResumedEvent> = {
  'enrollment.waiting': {
    evolve(state, { data: { stepId, kind, since, dueAt } }) {
      return { ...state, stepId, wait: { stepId, kind, since, dueAt } };
    },
    redact: keepAll,
    explain: explainWaiting,
  },
  'enrollment.resumed': {
    evolve(state, { occurredAt, data: { stepId, by, branch, event } }) {
      const { wait: _over, ...rest } = state;
      const record = { outcome: by === 'event' ? 'matched' : 'due', ...(event && { event }) };
      return { ...withStepDone(rest, occurredAt, stepId, record, branch), clock: occurredAt };
    },
    redact: (data) => (data.event === undefined ? data : { ...data, event: withoutData(data.event) }),
    explain: explainResumed,
  },
};

function explainWaiting(data: WaitingEvent['data']): InWords {
  const { stepId, dueAt } = data;
  const until = dueAt === null ? '' : ` until ${iso(dueAt)}`;
  const since = `counted from ${iso(data.since)}`;
  switch (data.kind) {
    case 'window': {
      const hours = data.hours === undefined ? '' : `: ${data.hours}`;
      return {
        what: `waits at ${stepId} for the window${until}`,
        why: `its message may not leave before${hours}`,
      };
    }
    case 'wait':
      return { what: `waits at ${stepId}${until}`, why: `the step is a wait, ${since}` };
    case 'waitFor': {
      const { on = 'its event', when } = data.awaits ?? {};
      const last = dueAt === null ? ', however long it takes' : ' at the latest';
      const which = when === undefined ? 'an event' : `one with ${when}`;
      return {
        what: `waits at ${stepId} for ${on}${until}${last}`,
        why: `the step waits for ${which}, ${since}`,
      };
    }
    default: {
      const unknown: never = data.kind;
      return unknown;
    }
  }
}

function explainResumed({ stepId, by, branch, event, awaits }: ResumedEvent['data']): InWords {
  const what = `went on from ${stepId}`;
  if (by === 'event') return { what, why: `${event?.type ?? 'the event it waited for'} happened` };
  if (branch === undefined) return { what, why: 'the wait was over' };
  const { on = 'event', when } = awaits ?? {};
  return { what, why: `no ${on}${when === undefined ? '' : ` with ${when}`} happened in time` };
}
