import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { EventOf } from '../../enrollment/event-rules.ts';
import { withStepDone } from '../../enrollment/state.ts';
import { isOwnType } from '../../event.ts';
import type { JsonObject } from '../../json.ts';
import { eventType, expression, strict } from '../fields.ts';
import type { Identified, StepKind } from './kind.ts';
import { checkZone, valuesOf } from './values.ts';

const schema = Type.Object(
  { type: eventType, data: Type.Optional(Type.Record(Type.String(), expression)) },
  strict,
);
const shape = Compile(schema);

/** The events whose data holds traits. */
const ZONED_EVENTS: ReadonlySet<string> = new Set(['prospect.updated', 'company.updated']);

export interface EmitStep extends Identified {
  readonly emit: Static<typeof schema>;
}

export type EmittedEvent = EventOf<
  'enrollment.emitted',
  { readonly stepId: string; readonly eventType: string; readonly eventData: JsonObject }
>;

/** Records an event of the customer's in the prospect's stream, which may let people into other campaigns. */
export const emit: StepKind<EmitStep, EmittedEvent> = {
  schema,
  check(step, path, checker) {
    const at = [...path, 'emit'];
    if (!checker.matches(shape, step.emit, at)) return;
    const { type, data = {} } = step.emit;
    if (isOwnType(type))
      checker.fault([...at, 'type'], `"${type}" is a type that only Herald itself records`);
    for (const [name, text] of Object.entries(data)) checker.expression(text, [...at, 'data', name]);
  },
  perform(run, step) {
    const { type, data = {} } = step.emit;
    const eventData = valuesOf(run, data);
    if (ZONED_EVENTS.has(type)) checkZone(eventData.traits);
    run.record('enrollment.emitted', { stepId: step.id, eventType: type, eventData });
  },
  events: {
    'enrollment.emitted': {
      evolve: (state, { occurredAt, data: { stepId } }) =>
        withStepDone(state, occurredAt, stepId, { outcome: 'emitted' }),
      redact: (data) => ({ ...data, eventData: {} }),
      explain: (data) => ({
        what: `emitted ${data.eventType}`,
        why: `step ${data.stepId} of ${data.campaignId} says so`,
      }),
      causes: (data) => ({ name: 'emit', type: data.eventType, data: data.eventData }),
    },
  },
};
