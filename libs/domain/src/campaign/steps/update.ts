import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { EventOf } from '../../enrollment/event-rules.ts';
import { withStepDone } from '../../enrollment/state.ts';
import type { JsonObject } from '../../json.ts';
import { expression, strict } from '../fields.ts';
import type { Identified, StepKind } from './kind.ts';
import { checkZone, valuesOf } from './values.ts';

const schema = Type.Object(
  {
    traits: Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }), expression, {
      minProperties: 1,
    }),
  },
  strict,
);
const shape = Compile(schema);

export interface UpdateStep extends Identified {
  readonly update: Static<typeof schema>;
}

export type UpdatedEvent = EventOf<
  'enrollment.updated',
  { readonly stepId: string; readonly traits: JsonObject }
>;

/** Sets traits of the prospect to the values of expressions. */
export const update: StepKind<UpdateStep, UpdatedEvent> = {
  schema,
  check(step, path, checker) {
    const at = [...path, 'update'];
    if (!checker.matches(shape, step.update, at)) return;
    for (const [name, text] of Object.entries(step.update.traits))
      checker.expression(text, [...at, 'traits', name]);
  },
  perform(run, step) {
    const traits = valuesOf(run, step.update.traits);
    checkZone(traits);
    run.learn(traits);
    run.record('enrollment.updated', { stepId: step.id, traits });
  },
  events: {
    'enrollment.updated': {
      evolve: (state, { occurredAt, data: { stepId } }) =>
        withStepDone(state, occurredAt, stepId, { outcome: 'updated' }),
      redact: (data) => ({ ...data, traits: {} }),
      explain({ campaignId, stepId, traits }) {
        const names = Object.keys(traits);
        const [noun, pronoun] = names.length === 1 ? ['trait', 'it'] : ['traits', 'them'];
        return {
          what: `updated ${[noun, names.join(', ')].join(' ').trim()}`,
          why: `step ${stepId} of ${campaignId} sets ${pronoun}`,
        };
      },
      causes: ({ traits }) => ({ name: 'update', type: 'prospect.updated', data: { traits } }),
    },
  },
};
