import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Instant } from '../../clock.ts';
import { EvaluationError } from '../../expression/errors.ts';
import { canonicalJson, isObject, type JsonValue } from '../../json.ts';
import { addDuration } from '../../time/duration.ts';
import { readInstant } from '../../time/instant.ts';
import { nextLocalTime } from '../../time/next-local-time.ts';
import { duration, expression, strict, timeOfDay, weekday, zone } from '../fields.ts';
import { constantDateFault } from './constant-date.ts';
import type { Identified, StepKind, StepRun } from './kind.ts';
import { type ResumedEvent, type WaitingEvent, waitingEvents } from './waiting.ts';

const untilTime = Type.Object(
  {
    at: timeOfDay,
    days: Type.Optional(Type.Array(weekday, { minItems: 1, maxItems: 7 })),
    zone: Type.Optional(zone),
  },
  strict,
);
const untilDate = Type.Object({ date: expression, zone: Type.Optional(zone) }, strict);
const schema = Type.Union([duration, Type.Object({ until: Type.Union([untilTime, untilDate]) }, strict)]);

const timeShape = Compile(untilTime);
const dateShape = Compile(untilDate);

/**
 * The next instant at which a clock in `zone` (the prospect's own unless named) shows `at`, on one of `days`
 * if given.
 */
export type UntilTime = Static<typeof untilTime>;
export interface WaitStep extends Identified {
  readonly wait: Static<typeof schema>;
}

/** Waits for a length of time, until a time of day, or until a date. */
export const wait: StepKind<WaitStep, WaitingEvent | ResumedEvent> = {
  schema,
  check(step, path, checker) {
    const at = [...path, 'wait'];
    if (typeof step.wait === 'string') return checker.duration(step.wait, at);
    if (!isObject(step.wait) || !isObject(step.wait.until)) {
      return checker.fault(
        at,
        'must be a duration such as P2D, or until: { at: "09:00" }, or until: { date: <CEL> }',
      );
    }
    checker.onlyFields(step.wait, ['until'], at);
    const { until } = step.wait;
    const place = [...at, 'until'];
    if (!('date' in until)) {
      if (checker.matches(timeShape, until, place)) checker.zone(until.zone, [...place, 'zone']);
    } else if (checker.matches(dateShape, until, place)) {
      checker.zone(until.zone, [...place, 'zone']);
      checker.expression(until.date, [...place, 'date']);
      const never = constantDateFault(until.date);
      if (never !== undefined) checker.fault([...place, 'date'], never);
    }
  },
  perform(run, step) {
    const since = run.now();
    run.record('enrollment.waiting', {
      stepId: step.id,
      kind: 'wait',
      since,
      dueAt: dueAt(run, step, since),
    });
  },
  events: waitingEvents,
};

function dueAt(run: StepRun<WaitingEvent>, { wait: given }: WaitStep, since: Instant): Instant {
  if (typeof given === 'string') return addDuration(since, given, run.zone());
  const { until } = given;
  const clocks = until.zone === undefined || until.zone === 'prospect' ? run.zone() : until.zone;
  if ('date' in until) return instantGiven(until.date, run.value(until.date), clocks);
  return nextLocalTime(since, until, clocks);
}

/** The instant that an expression gave, which went by the clocks of `clocks`. */
function instantGiven(source: string, value: JsonValue, clocks: string): Instant {
  try {
    return readInstant(value, clocks);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new EvaluationError(`${source}: gives ${shown(value)}, which ${error.message}`);
  }
}

const MAX_SHOWN = 80;

/** A value as it stands in a reason: short. */
const shown = (value: JsonValue): string => {
  const text = canonicalJson(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
};
