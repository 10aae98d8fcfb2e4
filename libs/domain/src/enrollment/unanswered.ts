import type { EvaluationError } from '../expression/errors.ts';

/** A condition that gave no answer, so it did not hold. */
export interface Unanswered {
  /** Where it stands in the campaign: `exit of order.placed`, `step pick`. */
  readonly place: string;
  /** The condition and why, at most 500 characters. May quote the person's data. */
  readonly detail: string;
  /** Why, for a log: without any data. */
  readonly reason: string;
}

const MAX_DETAIL = 500;

export const unanswered = (place: string, error: EvaluationError): Unanswered => ({
  place,
  detail: error.message.slice(0, MAX_DETAIL),
  reason: error.reason,
});
