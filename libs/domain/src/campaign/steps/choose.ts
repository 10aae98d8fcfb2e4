import { Type } from 'typebox';
import type { EventOf } from '../../enrollment/event-rules.ts';
import { withStepDone } from '../../enrollment/state.ts';
import { unanswered } from '../../enrollment/unanswered.ts';
import { EvaluationError } from '../../expression/errors.ts';
import { isObject } from '../../json.ts';
import type { Path } from '../../text/source-text.ts';
import { listOfSteps, strict } from '../fields.ts';
import type { Identified, StepChecker, StepKind, StepRun } from './kind.ts';

const branch = Type.Union([
  Type.Object({ when: Type.String(), steps: listOfSteps }, strict),
  Type.Object({ otherwise: listOfSteps }, strict),
]);

/** `when` is a CEL condition. `otherwise` stands last. */
type ChooseBranch<Child extends Identified = Identified> =
  | { readonly when: string; readonly steps: readonly Child[] }
  | { readonly otherwise: readonly Child[] };

export interface ChooseStep<Child extends Identified = Identified> extends Identified {
  readonly choose: readonly ChooseBranch<Child>[];
}

/** A step took a branch: its number from 0, `otherwise`, or `none`. */
export type ChoseEvent = EventOf<
  'enrollment.chose',
  { readonly stepId: string; readonly branch: string; readonly why: string }
>;

/** Takes the first branch whose condition holds. */
export const choose: StepKind<ChooseStep, ChoseEvent> = {
  schema: Type.Unsafe({ type: 'array', minItems: 1, items: branch }),
  check(step, path, checker) {
    const at = [...path, 'choose'];
    const branches = step.choose;
    if (!Array.isArray(branches) || branches.length === 0)
      return checker.fault(at, 'must be a list of branches');
    for (const [index, one] of branches.entries())
      checkBranch(one, [...at, index], index === branches.length - 1, checker);
  },
  branches: (step) =>
    step.choose.map((one, index) =>
      'otherwise' in one
        ? { name: 'otherwise', steps: one.otherwise }
        : { name: String(index), steps: one.steps },
    ),
  perform(run, step) {
    const before = run.unanswered.length;
    const { name, why } = take(run, step);
    const failed = run.unanswered.slice(before).map(({ detail }) => detail);
    const whole = [why, ...firstOf(failed)].join('; ');
    run.record('enrollment.chose', { stepId: step.id, branch: name, why: whole });
  },
  events: {
    'enrollment.chose': {
      evolve: (state, { occurredAt, data }) =>
        withStepDone(state, occurredAt, data.stepId, { outcome: 'chose' }, data.branch),
      // A condition may quote the person's data.
      redact: (data) => ({ ...data, why: 'erased' }),
      explain: (data) => ({
        what: `chose ${inWords(data.branch)} of ${data.stepId}`,
        why: `because ${data.why}`,
      }),
    },
  },
};

function checkBranch(one: unknown, path: Path, isLast: boolean, checker: StepChecker): void {
  if (!isObject(one)) return checker.fault(path, 'must be { when, steps } or { otherwise: [...] }');
  if ('otherwise' in one) {
    checker.onlyFields(one, ['otherwise'], path);
    if (!isLast) checker.fault(path, 'otherwise must be the last branch');
    return checker.steps(one.otherwise, [...path, 'otherwise']);
  }
  checker.onlyFields(one, ['when', 'steps'], path);
  if (typeof one.when !== 'string') checker.fault([...path, 'when'], 'must be a CEL condition');
  else checker.condition(one.when, [...path, 'when']);
  checker.steps(one.steps, [...path, 'steps']);
}

/** The branch that is taken, and why. A condition that cannot be answered does not hold. */
function take(run: StepRun<ChoseEvent>, { id, choose: branches }: ChooseStep): { name: string; why: string } {
  for (const [index, one] of branches.entries()) {
    if ('otherwise' in one) return { name: 'otherwise', why: 'no earlier branch holds' };
    try {
      if (run.test(one.when)) return { name: String(index), why: one.when };
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      run.unanswered.push(unanswered(`step ${id}`, error));
    }
  }
  return { name: 'none', why: 'no branch holds' };
}

/** The first three. */
const firstOf = (failed: readonly string[]): string[] =>
  failed.length > 3 ? [...failed.slice(0, 3), `… and ${failed.length - 3} more`] : [...failed];

/** Branches count from 0 in the log and from 1 for people. */
function inWords(name: string): string {
  if (name === 'none') return 'no branch';
  return /^\d+$/.test(name) ? `branch ${Number(name) + 1}` : `branch ${name}`;
}
