import { kindOf, type Step } from '../campaign/steps/index.ts';
import { EvaluationError } from '../expression/errors.ts';
import type { Run } from './run.ts';

/**
 * Performs step after step until one waits or none is left, beginning with `again`: a step that has waited
 * and is not done.
 */
export function advance(run: Run, again?: Step): void {
  if (again !== undefined) perform(run, again);
  while (run.state().status === 'active' && run.state().wait === undefined) {
    const step = run.campaign.after(run.state().done);
    if (step === undefined) run.record('enrollment.completed', {});
    else perform(run, step);
  }
}

/**
 * A step whose expressions give no usable value ends the enrollment as failed, with the reason; nothing is
 * guessed.
 */
function perform(run: Run, step: Step): void {
  try {
    kindOf(step).perform(run, step);
  } catch (error) {
    if (!(error instanceof EvaluationError) && !(error instanceof RangeError)) throw error;
    run.record('enrollment.failed', { stepId: step.id, reason: error.message.slice(0, 500) });
  }
}
