import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Awaited } from '../../enrollment/state.ts';
import { addDuration } from '../../time/duration.ts';
import { duration, eventType, expression, listOfSteps, strict } from '../fields.ts';
import type { Identified, StepKind } from './kind.ts';
import { type ResumedEvent, type WaitingEvent, waitingEvents } from './waiting.ts';

const schema = Type.Object(
  { on: eventType, when: Type.Optional(expression), timeout: Type.Optional(duration) },
  strict,
);
const shape = Compile(schema);

/** `then`: what follows if the event comes; `else`: what follows if the time is up before. */
export interface WaitForStep<Child extends Identified = Identified> extends Identified {
  readonly waitFor: Static<typeof schema>;
  readonly then?: readonly Child[];
  readonly else?: readonly Child[];
}

/** Waits for an event, for as long as its `timeout` says. */
export const waitFor: StepKind<WaitForStep, WaitingEvent | ResumedEvent> = {
  schema,
  beside: { then: listOfSteps, else: listOfSteps },
  check(step, path, checker) {
    const at = [...path, 'waitFor'];
    if (checker.matches(shape, step.waitFor, at)) {
      const { timeout } = step.waitFor;
      checker.awaited(step.waitFor, at);
      checker.duration(timeout, [...at, 'timeout']);
      if (timeout === undefined && step.else !== undefined)
        checker.fault([...path, 'else'], 'is never reached: waitFor has no timeout');
    }
    for (const branch of ['then', 'else'])
      if (step[branch] !== undefined) checker.steps(step[branch], [...path, branch]);
  },
  awaits: awaitedBy,
  branches: (step) => [
    { name: 'then', steps: step.then ?? [] },
    { name: 'else', steps: step.else ?? [] },
  ],
  perform(run, step) {
    const since = run.now();
    const { timeout } = step.waitFor;
    const dueAt = timeout === undefined ? null : addDuration(since, timeout, run.zone());
    const awaits = awaitedBy(step);
    run.record('enrollment.waiting', { stepId: step.id, kind: 'waitFor', since, dueAt, awaits });
  },
  events: waitingEvents,
};

function awaitedBy({ waitFor: { on, when } }: WaitForStep): Awaited {
  return when === undefined ? { on } : { on, when };
}
