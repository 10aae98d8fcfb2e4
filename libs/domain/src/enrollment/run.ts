import type { Campaign } from '../campaign/compile.ts';
import type { Instant } from '../clock.ts';
import type { EvaluationError } from '../expression/errors.ts';
import { createMeter, type Meter } from '../expression/meter.ts';
import type { JsonObject } from '../json.ts';
import type { EnrollmentEvent, EnrollmentFact, EnrollmentIdentity, EnrollmentState } from './enrollment.ts';
import { evolveEnrollment } from './evolve.ts';
import type { World } from './view.ts';

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

type Type = EnrollmentEvent['type'];
/** What the caller says of an event; identity and version are added here. */
type DataOf<T extends Type> = Omit<
  Extract<EnrollmentEvent, { type: T }>['data'],
  keyof EnrollmentIdentity | 'version'
>;

/**
 * One decision under way: events are recorded one by one, each folded at once by the same `evolve` that
 * replay uses.
 */
export interface Run {
  readonly campaign: Campaign;
  readonly workspace: string;
  readonly events: EnrollmentFact[];
  readonly unanswered: Unanswered[];
  /** What all expressions of this decision may take together. */
  readonly meter: Meter;
  /** Throws before `enrollment.entered` is recorded. */
  state(): EnrollmentState;
  world(): World;
  /** Later steps of this decision see these traits. */
  learn(traits: JsonObject): void;
  /** The logical time of what is recorded next. */
  now(): Instant;
  at(instant: Instant): void;
  record<T extends Type>(type: T, given: DataOf<T>): void;
}

export function createRun(
  campaign: Campaign,
  identity: EnrollmentIdentity,
  started: { readonly state?: EnrollmentState; readonly at: Instant },
  world: World,
): Run {
  const { enrollmentId, prospectId, campaignId, campaignVersion } = identity;
  const events: EnrollmentFact[] = [];
  let { state, at: now } = started;
  let current = world;
  return {
    campaign,
    workspace: world.workspace,
    events,
    unanswered: [],
    meter: createMeter(),
    state() {
      if (state === undefined) throw new Error('nothing has been recorded yet');
      return state;
    },
    world: () => current,
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
    record(type, given) {
      const version = (state?.version ?? 0) + 1;
      const data = { enrollmentId, prospectId, campaignId, campaignVersion, version, ...given };
      // TypeScript cannot see that `given` belongs to `type` once both are generic; the signature has checked
      // it.
      const event = { type, data, occurredAt: now } as unknown as EnrollmentFact;
      events.push(event);
      state = evolveEnrollment(state, event);
    },
  };
}
