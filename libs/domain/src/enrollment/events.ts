import { STEP_EVENTS, type StepEvent } from '../campaign/steps/index.ts';
import type { EventRules, RulesByType } from './event-rules.ts';
import { endedEvents, enteredEvents, exitedEvents, type LifecycleEvent } from './lifecycle.ts';

/** The events that an enrollment is folded from. */
export type EnrollmentEvent = LifecycleEvent | StepEvent;

const rules: RulesByType<EnrollmentEvent> = {
  ...enteredEvents,
  ...STEP_EVENTS,
  ...exitedEvents,
  ...endedEvents,
};

/** The types of the events that an enrollment is folded from. */
export const ENROLLMENT_EVENTS: ReadonlySet<string> = new Set(Object.keys(rules));

/**
 * The type of the event that says that a condition of an enrollment, or of an entry, could not be answered;
 * recorded once for each. Nothing is folded from it.
 */
export const ENROLLMENT_UNANSWERED = 'enrollment.unanswered';

/** Whether an event of the log is one of those an enrollment is folded from (`enrollment.refused` is not). */
export const isEnrollmentEvent = (event: { readonly type: string }): event is EnrollmentEvent =>
  ENROLLMENT_EVENTS.has(event.type);

/** The rules of an event. */
export const eventRulesOf = (event: EnrollmentEvent): EventRules<EnrollmentEvent> =>
  // TypeScript cannot see that the rules belong to the type of this very event.
  rules[event.type] as EventRules<EnrollmentEvent>;
