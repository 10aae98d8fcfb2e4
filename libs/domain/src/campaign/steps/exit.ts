import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type ExitedEvent, exitedEvents } from '../../enrollment/lifecycle.ts';
import { strict } from '../fields.ts';
import type { Identified, StepKind } from './kind.ts';

const schema = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 200 })) }, strict);
const shape = Compile(schema);

export interface ExitStep extends Identified {
  readonly exit: Static<typeof schema>;
}

/** Ends the run; messages requested before still leave. */
export const exit: StepKind<ExitStep, ExitedEvent> = {
  schema,
  check(step, path, checker) {
    checker.matches(shape, step.exit, [...path, 'exit']);
  },
  perform(run, step) {
    const { reason = `step ${step.id}` } = step.exit;
    run.record('enrollment.exited', { reason, withdrawn: false, stepId: step.id });
  },
  events: exitedEvents,
};
