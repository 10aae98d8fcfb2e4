import type { Campaign } from '../campaign/compile.ts';
import type { StepRun } from '../campaign/steps/kind.ts';
import type { Instant } from '../clock.ts';
import { createMeter, type Meter } from '../expression/meter.ts';
import { personZone } from '../time/zone.ts';
import type { EnrollmentEvent } from './events.ts';
import { evolveEnrollment } from './evolve.ts';
import type { EnrollmentIdentity, EnrollmentState } from './state.ts';
import { viewWorld, type World } from './view.ts';

/**
 * One decision under way: events are recorded one by one, each folded at once by the same `evolve` that
 * replay uses.
 */
export interface Run extends StepRun<EnrollmentEvent> {
  readonly campaign: Campaign;
  readonly events: EnrollmentEvent[];
  /** What all expressions of this decision may take together. */
  readonly meter: Meter;
  /** Sets the logical time of what is recorded next. */
  at(instant: Instant): void;
}

export function createRun(
  campaign: Campaign,
  identity: EnrollmentIdentity,
  started: { readonly state?: EnrollmentState; readonly at: Instant },
  world: World,
): Run {
  const { enrollmentId, prospectId, campaignId, campaignVersion } = identity;
  const events: EnrollmentEvent[] = [];
  let { state, at: now } = started;
  let current = world;
  const meter = createMeter();
  const variables = () => viewWorld(run.world(), now, run.state().entry, run.state());
  const run: Run = {
    campaign,
    workspace: world.workspace,
    window: campaign.definition.window,
    events,
    unanswered: [],
    meter,
    state() {
      if (state === undefined) throw new Error('nothing has been recorded yet');
      return state;
    },
    world: () => current,
    zone: () => personZone(current.prospect.traits, current.defaultZone),
    value: (expression) => campaign.expression(expression).value(variables(), meter),
    test: (condition) => campaign.expression(condition).test(variables(), meter),
    learn(traits) {
      current = {
        ...current,
        prospect: { ...current.prospect, traits: { ...current.prospect.traits, ...traits } },
      };
    },
    now: () => now,
    at(instant) {
      now = instant;
    },
    record(type, more) {
      const version = (state?.version ?? 0) + 1;
      const data = { enrollmentId, prospectId, campaignId, campaignVersion, version, ...more };
      // TypeScript cannot see that `more` belongs to `type` once both are generic; the signature has checked
      // it.
      const event = { type, data, occurredAt: now } as unknown as EnrollmentEvent;
      events.push(event);
      state = evolveEnrollment(state, event);
    },
  };
  return run;
}
