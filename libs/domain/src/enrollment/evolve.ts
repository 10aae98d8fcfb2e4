import type { Instant } from '../clock.ts';
import { lineOf } from '../message/message.ts';
import type { EnrollmentEvent, EnrollmentFact, EnrollmentState, StepRecord } from './enrollment.ts';

/** The events that an enrollment is folded from. */
export const ENROLLMENT_FACTS: ReadonlySet<string> = new Set<EnrollmentEvent['type']>([
  'enrollment.entered',
  'enrollment.waiting',
  'enrollment.resumed',
  'enrollment.requested',
  'enrollment.chose',
  'enrollment.updated',
  'enrollment.emitted',
  'enrollment.exited',
  'enrollment.completed',
  'enrollment.failed',
]);

/**
 * Told once for each condition of an enrollment, or of an entry, that could not be answered. Nothing is
 * folded from it.
 */
export const ENROLLMENT_UNANSWERED = 'enrollment.unanswered';

/** Whether an event of the log is one of those an enrollment is folded from (`enrollment.refused` is not). */
export const isEnrollmentFact = (event: { readonly type: string }): event is EnrollmentFact =>
  ENROLLMENT_FACTS.has(event.type);

/**
 * Folds one event into its enrollment. Any other event, and one that is not newer than the state, changes
 * nothing.
 */
export function evolveEnrollment(
  state: EnrollmentState | undefined,
  event: { readonly type: string; readonly occurredAt: Instant },
): EnrollmentState | undefined {
  if (!isEnrollmentFact(event)) return state;
  const { version } = event.data;
  if (event.type === 'enrollment.entered') return state ?? entered(event);
  if (state === undefined || version <= state.version) return state;
  const next = { ...state, version };
  switch (event.type) {
    case 'enrollment.waiting': {
      const { stepId, kind, since, dueAt } = event.data;
      return { ...next, stepId, wait: { stepId, kind, since, dueAt } };
    }
    case 'enrollment.resumed': {
      const { stepId, by, branch, event: matched } = event.data;
      const record = { outcome: by === 'event' ? 'matched' : 'due', ...(matched && { event: matched }) };
      const { wait: _over, ...rest } = next;
      return { ...did(rest, event.occurredAt, stepId, record, branch), clock: event.occurredAt };
    }
    case 'enrollment.requested': {
      const { stepId, messageId, channel, then } = event.data;
      const { wait: _over, ...rest } = next;
      const asked = did(rest, event.occurredAt, stepId, { outcome: 'requested', messageId });
      const lastAsked = { ...next.lastAsked, [lineOf(channel)]: messageId };
      return { ...asked, clock: event.occurredAt, ...(then === undefined && { lastAsked }) };
    }
    case 'enrollment.chose':
      return did(next, event.occurredAt, event.data.stepId, { outcome: 'chose' }, event.data.branch);
    case 'enrollment.updated':
      return did(next, event.occurredAt, event.data.stepId, { outcome: 'updated' });
    case 'enrollment.emitted':
      return did(next, event.occurredAt, event.data.stepId, { outcome: 'emitted' });
    case 'enrollment.exited': {
      const { reason, withdrawn } = event.data;
      return { ...ended(next, event.occurredAt), status: 'exited', reason, withdrawn };
    }
    case 'enrollment.completed':
      return { ...ended(next, event.occurredAt), status: 'completed' };
    case 'enrollment.failed':
      return {
        ...ended(next, event.occurredAt),
        status: 'failed',
        reason: event.data.reason,
        stepId: event.data.stepId,
      };
    default: {
      const unknown: never = event;
      return unknown;
    }
  }
}

function entered(event: EnrollmentFact & { type: 'enrollment.entered' }): EnrollmentState {
  const { enrollmentId, prospectId, campaignId, campaignVersion, version, entry, n } = event.data;
  return {
    enrollmentId,
    prospectId,
    campaignId,
    campaignVersion,
    status: 'active',
    version,
    clock: event.occurredAt,
    entry,
    n,
    steps: {},
    stepId: null,
  };
}

function did(
  state: EnrollmentState,
  at: Instant,
  stepId: string,
  record: Omit<StepRecord, 'at' | 'branch'>,
  branch?: string,
): EnrollmentState {
  const taken = branch === undefined ? {} : { branch };
  return {
    ...state,
    stepId,
    done: { stepId, ...taken },
    steps: { ...state.steps, [stepId]: { at, ...record, ...taken } },
  };
}

function ended(state: EnrollmentState, at: Instant): EnrollmentState {
  const { wait: _over, ...rest } = state;
  return { ...rest, endedAt: at };
}
