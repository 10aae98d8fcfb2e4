import type { Instant } from '../clock.ts';
import { type EventOf, keepAll, type RulesByType } from './event-rules.ts';
import { type EnrollmentState, type EntryEvent, type SeenEvent, withoutData } from './state.ts';

/** `n`: which entry of this prospect into this campaign it is, from 1. */
export type EnteredEvent = EventOf<'enrollment.entered', { readonly entry: EntryEvent; readonly n: number }>;
/** `withdrawn`: it was ended from outside its steps. `event`: the one that an exit rule names. */
export type ExitedEvent = EventOf<
  'enrollment.exited',
  {
    readonly reason: string;
    readonly withdrawn: boolean;
    readonly stepId?: string;
    readonly event?: SeenEvent;
  }
>;
export type CompletedEvent = EventOf<'enrollment.completed', object>;
export type FailedEvent = EventOf<'enrollment.failed', { readonly stepId: string; readonly reason: string }>;

/** Events of the run as a whole, whatever its steps are. */
export type LifecycleEvent = EnteredEvent | ExitedEvent | CompletedEvent | FailedEvent;

export const enteredEvents: RulesByType<EnteredEvent> = {
  'enrollment.entered': {
    // It is the first of an enrollment: `evolveEnrollment` makes the state.
    evolve: (state) => state,
    redact: (data) => ({ ...data, entry: withoutData(data.entry) }),
    explain: ({ campaignId, campaignVersion, entry }) => ({
      what: `entered ${campaignId} (version ${campaignVersion})`,
      why: `because of ${entry.type}`,
    }),
  },
};

export const exitedEvents: RulesByType<ExitedEvent> = {
  'enrollment.exited': {
    evolve(state, { occurredAt, data: { reason, withdrawn } }) {
      return { ...ended(state, occurredAt), status: 'exited', reason, withdrawn };
    },
    redact: (data) => (data.event === undefined ? data : { ...data, event: withoutData(data.event) }),
    // A message that this withdraws has a line of its own; often there is none.
    explain: ({ campaignId, reason }) => ({ what: `left ${campaignId}`, why: `exited: ${reason}` }),
  },
};

export const endedEvents: RulesByType<CompletedEvent | FailedEvent> = {
  'enrollment.completed': {
    evolve: (state, { occurredAt }) => ({ ...ended(state, occurredAt), status: 'completed' }),
    redact: keepAll,
    explain: ({ campaignId }) => ({ what: `completed ${campaignId}`, why: 'its last step is done' }),
  },
  'enrollment.failed': {
    evolve(state, { occurredAt, data: { reason, stepId } }) {
      return { ...ended(state, occurredAt), status: 'failed', reason, stepId };
    },
    // The reason may quote the person's data.
    redact: (data) => ({ ...data, reason: 'erased' }),
    explain: ({ campaignId, stepId, reason }) => ({
      what: `failed in ${campaignId} at ${stepId}`,
      why: `failed: ${reason}`,
    }),
  },
};

function ended(state: EnrollmentState, at: Instant): EnrollmentState {
  const { wait: _over, ...rest } = state;
  return { ...rest, endedAt: at };
}
