import type {
  ChooseStep,
  EmitStep,
  Step,
  UpdateStep,
  WaitForStep,
  WaitStep,
} from '../campaign/definition.ts';
import type { Instant } from '../clock.ts';
import { EvaluationError } from '../expression/errors.ts';
import { canonicalJson, isObject, type JsonObject, type JsonValue } from '../json.ts';
import { addDuration } from '../time/duration.ts';
import { readInstant } from '../time/instant.ts';
import { nextLocalTime } from '../time/next-local-time.ts';
import { personZone, zoneFault } from '../time/zone.ts';
import type { Awaited } from './enrollment.ts';
import { type Run, unanswered } from './run.ts';
import { send } from './send.ts';
import { viewWorld, type World } from './view.ts';

/**
 * Runs step after step until one waits or none is left, beginning with `again`: a step that has waited and is
 * not done.
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
    const zone = zoneOf(run.world());
    if ('email' in step) send(run, step, 'email', zone, step.email);
    else if ('sms' in step) send(run, step, 'sms', zone, step.sms);
    else if ('call' in step) send(run, step, 'call', zone, step.call);
    else if ('webhook' in step) send(run, step, 'webhook', zone, step.webhook);
    else if ('wait' in step) wait(run, step);
    else if ('waitFor' in step) waitFor(run, step);
    else if ('choose' in step) choose(run, step);
    else if ('update' in step) update(run, step);
    else if ('emit' in step) emit(run, step);
    else
      run.record('enrollment.exited', {
        reason: step.exit.reason ?? `step ${step.id}`,
        withdrawn: false,
        stepId: step.id,
      });
  } catch (error) {
    if (!(error instanceof EvaluationError) && !(error instanceof RangeError)) throw error;
    run.record('enrollment.failed', { stepId: step.id, reason: error.message.slice(0, 500) });
  }
}

function wait(run: Run, step: WaitStep): void {
  const since = run.now();
  run.record('enrollment.waiting', { stepId: step.id, kind: 'wait', since, dueAt: dueAt(run, step, since) });
}

function dueAt(run: Run, step: WaitStep, since: Instant): Instant {
  if (typeof step.wait === 'string') return addDuration(since, step.wait, zoneOf(run.world()));
  const { until } = step.wait;
  const zone = until.zone === undefined || until.zone === 'prospect' ? zoneOf(run.world()) : until.zone;
  if ('date' in until) return instantGiven(until.date, evaluate(run, until.date), zone);
  return nextLocalTime(since, until, zone);
}

function waitFor(run: Run, step: WaitForStep): void {
  const since = run.now();
  const { timeout } = step.waitFor;
  const dueAt = timeout === undefined ? null : addDuration(since, timeout, zoneOf(run.world()));
  run.record('enrollment.waiting', {
    stepId: step.id,
    kind: 'waitFor',
    since,
    dueAt,
    awaits: awaitedBy(step),
  });
}

/** What a step waits for, for whoever asks why it went on. */
export const awaitedBy = ({ waitFor: { on, when } }: WaitForStep): Awaited =>
  when === undefined ? { on } : { on, when };

function choose(run: Run, step: ChooseStep): void {
  const before = run.unanswered.length;
  for (const [index, branch] of step.choose.entries()) {
    if ('otherwise' in branch) return record('otherwise', 'no earlier branch holds');
    try {
      if (run.campaign.expression(branch.when).test(context(run), run.meter))
        return record(String(index), branch.when);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      run.unanswered.push(unanswered(`step ${step.id}`, error));
    }
  }
  record('none', 'no branch holds');

  function record(branch: string, why: string): void {
    const failed = run.unanswered.slice(before).map(({ detail }) => detail);
    run.record('enrollment.chose', { stepId: step.id, branch, why: [why, ...firstOf(failed)].join('; ') });
  }
}

/** As many as somebody reads. */
const firstOf = (failed: readonly string[]): string[] =>
  failed.length > 3 ? [...failed.slice(0, 3), `… and ${failed.length - 3} more`] : [...failed];

function update(run: Run, step: UpdateStep): void {
  const traits = evaluateAll(run, step.update.traits);
  checkZone(traits);
  run.learn(traits);
  run.record('enrollment.updated', { stepId: step.id, traits });
}

/** The events whose data holds traits. */
const ZONED_EVENTS: ReadonlySet<string> = new Set(['prospect.updated', 'company.updated']);

function emit(run: Run, step: EmitStep): void {
  const eventData = evaluateAll(run, step.emit.data ?? {});
  if (ZONED_EVENTS.has(step.emit.type)) checkZone(eventData.traits);
  run.record('enrollment.emitted', { stepId: step.id, eventType: step.emit.type, eventData });
}

const context = (run: Run): Record<string, unknown> =>
  viewWorld(run.world(), run.now(), run.state().entry, run.state());

const evaluate = (run: Run, source: string): JsonValue =>
  run.campaign.expression(source).value(context(run), run.meter);

const evaluateAll = (run: Run, sources: Readonly<Record<string, string>>): JsonObject =>
  Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, evaluate(run, source)]));

/** The instant that an expression gave, which went by the clocks of `zone`. */
function instantGiven(source: string, value: JsonValue, zone: string): Instant {
  try {
    return readInstant(value, zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new EvaluationError(`${source}: gives ${shown(value)}, which ${error.message}`);
  }
}

/** A value as it stands in a reason: short. */
const shown = (value: JsonValue): string => {
  const text = canonicalJson(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
};
const MAX_SHOWN = 80;

/**
 * A time zone is checked wherever it enters: nobody's quiet hours may fall back to another zone in silence.
 */
function checkZone(traits: unknown): void {
  if (!isObject(traits) || traits.timezone === undefined || traits.timezone === null) return;
  const wrong = zoneFault(traits.timezone);
  if (wrong !== undefined) throw new EvaluationError(`traits.timezone: ${wrong}`);
}

const zoneOf = ({ prospect, defaultZone }: World): string => personZone(prospect.traits, defaultZone);
