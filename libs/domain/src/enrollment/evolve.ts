import type { Instant } from '../clock.ts';
import { eventRulesOf, isEnrollmentEvent } from './events.ts';
import type { EnteredEvent } from './lifecycle.ts';
import type { EnrollmentState } from './state.ts';

/**
 * Folds one event into its enrollment. Any other event, and one that is not newer than the state, changes
 * nothing.
 */
export function evolveEnrollment(
  state: EnrollmentState | undefined,
  event: { readonly type: string; readonly occurredAt: Instant },
): EnrollmentState | undefined {
  if (!isEnrollmentEvent(event)) return state;
  if (event.type === 'enrollment.entered') return state ?? entered(event);
  const { version } = event.data;
  if (state === undefined || version <= state.version) return state;
  return eventRulesOf(event).evolve({ ...state, version }, event);
}

function entered(event: EnteredEvent): EnrollmentState {
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
