import { awaitedBy, type Campaign } from '../campaign/compile.ts';
import type { ExitRule } from '../campaign/definition.ts';
import type { Instant } from '../clock.ts';
import type { StoredEvent } from '../event.ts';
import { EvaluationError } from '../expression/errors.ts';
import { happenedAt, isProvenBefore, mayBeSince } from '../order.ts';
import { advance } from './advance.ts';
import type { EnrollmentEvent } from './events.ts';
import { createRun, type Run } from './run.ts';
import type { EnrollmentState, SeenEvent } from './state.ts';
import { type Unanswered, unanswered } from './unanswered.ts';
import { viewWorld, type World } from './view.ts';

/** What an enrollment may have to react to. */
export type EnrollmentInput =
  | {
      readonly kind: 'event';
      readonly event: StoredEvent;
      /** Its campaign is paused: exit rules act, waits hold. The event is taken from the log later. */
      readonly held?: boolean;
    }
  /** The due time of its wait may have come. */
  | { readonly kind: 'due'; readonly now: Instant }
  /** Something outside of the campaign ends it: an erasure, or the campaign is archived. */
  | { readonly kind: 'end'; readonly reason: string; readonly at: Instant };

/** What follows from an input: the new state and the events that lead there, in order. No events: nothing. */
export interface Decision {
  readonly state: EnrollmentState;
  readonly events: readonly EnrollmentEvent[];
  /** Conditions that could not be answered on the way, so they did not hold. They should be reported. */
  readonly unanswered: readonly Unanswered[];
}

/** The first decision of an enrollment: it enters and runs up to its first wait. */
export function enroll(
  campaign: Campaign,
  entry: { readonly enrollmentId: string; readonly n: number; readonly event: StoredEvent },
  world: World,
): Decision {
  const { event } = entry;
  const identity = {
    enrollmentId: entry.enrollmentId,
    prospectId: world.prospect.prospectId,
    campaignId: campaign.id,
    campaignVersion: campaign.version,
  };
  const run = createRun(campaign, identity, { at: happenedAt(event) }, world);
  run.record('enrollment.entered', { n: entry.n, entry: { ...seen(event), seq: event.seq } });
  advance(run);
  return { state: run.state(), events: run.events, unanswered: run.unanswered };
}

/** What an enrollment does with an input. Pure: the same state, input and world give the same decision. */
export function decide(
  campaign: Campaign,
  state: EnrollmentState,
  input: EnrollmentInput,
  world: World,
): Decision {
  const run = createRun(campaign, state, { state, at: state.clock }, world);
  if (state.status === 'active') {
    switch (input.kind) {
      case 'event':
        onEvent(run, input.event, input.held ?? false);
        break;
      case 'due':
        onDue(run, input.now);
        break;
      case 'end':
        run.at(Math.max(input.at, state.clock));
        run.record('enrollment.exited', { reason: input.reason, withdrawn: true });
        break;
      default: {
        const unknown: never = input;
        return unknown;
      }
    }
  }
  return { state: run.state(), events: run.events, unanswered: run.unanswered };
}

/** The event types that this enrollment reacts to in its present state. */
export function reactsTo(campaign: Campaign, state: EnrollmentState): string[] {
  if (state.status !== 'active') return [];
  const types = new Set(campaign.definition.exit?.map((rule) => rule.on));
  const awaited = state.wait === undefined ? undefined : awaitedBy(campaign.step(state.wait.stepId));
  if (awaited !== undefined) types.add(awaited.on);
  return [...types];
}

function onEvent(run: Run, event: StoredEvent, held: boolean): void {
  const { wait, clock } = run.state();
  const rule = run.campaign.definition.exit?.find((candidate) => exits(run, candidate, event));
  if (rule !== undefined) {
    // An exit has the time of its cause, but never lies before what has already been done.
    run.at(Math.max(happenedAt(event), clock));
    run.record('enrollment.exited', { reason: rule.on, withdrawn: true, event: seen(event) });
    return;
  }
  if (held || wait === undefined) return;
  const awaited = awaitedBy(run.campaign.step(wait.stepId));
  if (awaited?.on !== event.type) return;
  if (!follows(event, wait.since, usedBy(run.state()))) return;
  if (wait.dueAt !== null && happenedAt(event) > wait.dueAt) return;
  if (!holds(run, `step ${wait.stepId}`, awaited.when, event)) return;
  // An event in whole seconds may have happened later in its second; the clock never goes back.
  run.at(Math.max(happenedAt(event), wait.since));
  run.record('enrollment.resumed', { stepId: wait.stepId, by: 'event', branch: 'then', event: seen(event) });
  advance(run);
}

function onDue(run: Run, now: Instant): void {
  const { wait } = run.state();
  if (wait === undefined || wait.dueAt === null || now < wait.dueAt) return;
  run.at(wait.dueAt);
  const step = run.campaign.step(wait.stepId);
  // The step itself is not done: it requests its message now, or waits again if the hours have changed or are
  // over.
  if (wait.kind === 'window') return advance(run, step);
  const awaits = awaitedBy(step);
  const missed = awaits === undefined ? {} : { branch: 'else', awaits };
  run.record('enrollment.resumed', { stepId: wait.stepId, by: 'due', ...missed });
  advance(run);
}

function exits(run: Run, rule: ExitRule, event: StoredEvent): boolean {
  if (rule.on !== event.type) return false;
  const { entry } = run.state();
  if (usedBy(run.state()).some(({ id }) => id === event.id)) return false;
  return follows(event, happenedAt(entry), [entry]) && holds(run, `exit of ${rule.on}`, rule.when, event);
}

/** The events that have let the prospect in or ended a wait: each has its effect once. */
const usedBy = ({ entry, steps }: EnrollmentState): SeenEvent[] => [
  entry,
  ...Object.values(steps).flatMap(({ event }) => event ?? []),
];

/**
 * Whether an event comes, or may come, after an instant and after the events that were used. Of events at the
 * same instant, only the order within one request proves which came first.
 */
const follows = (event: StoredEvent, since: Instant, used: readonly SeenEvent[]): boolean =>
  mayBeSince(event, since) && used.every((one) => one.id !== event.id && !isProvenBefore(event, one));

/** A condition that cannot be answered does not hold. */
function holds(run: Run, place: string, when: string | undefined, event: SeenEvent): boolean {
  if (when === undefined) return true;
  try {
    const view = viewWorld(run.world(), happenedAt(event), event, run.state());
    return run.campaign.expression(when).test(view, run.meter);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    run.unanswered.push(unanswered(place, error));
    return false;
  }
}

const seen = (event: SeenEvent): SeenEvent => ({
  id: event.id,
  type: event.type,
  occurredAt: event.occurredAt,
  data: event.data,
  ...(event.receivedAt === undefined ? {} : { receivedAt: event.receivedAt }),
  ...(event.position === undefined ? {} : { position: event.position }),
  ...(event.request === undefined ? {} : { request: event.request }),
});
