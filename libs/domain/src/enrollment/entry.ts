import type { Campaign } from '../campaign/compile.ts';
import { MAX_DEPTH, type StoredEvent } from '../event.ts';
import { EvaluationError } from '../expression/errors.ts';
import { deriveId } from '../ids.ts';
import { compareEvents, happenedAt, startOfSecond } from '../order.ts';
import { addDuration } from '../time/duration.ts';
import type { EnrollmentState } from './state.ts';
import { type Unanswered, unanswered } from './unanswered.ts';
import { viewWorld, type World } from './view.ts';

/** Why an event does not let its prospect in. */
export type Refusal =
  | 'when_false'
  /** The condition gave no answer. */
  | 'when_unanswered'
  | 'too_old'
  | 'too_deep'
  | 'already_in'
  | 'entered_before'
  | 'not_within'
  | 'erased';

export type Entry =
  | { readonly enters: true; readonly enrollmentId: string; readonly n: number }
  | {
      readonly enters: false;
      readonly refusal: Refusal;
      readonly detail?: string;
      readonly unanswered?: Unanswered;
    };

const DEFAULT_MAX_AGE = 'P1D';

const refuse = (refusal: Refusal, detail?: string): Extract<Entry, { enters: false }> => ({
  enters: false,
  refusal,
  ...(detail === undefined ? {} : { detail }),
});

/**
 * Whether an event of the campaign's type lets its prospect in, and as which enrollment. `last` is the
 * prospect's latest enrollment in this campaign. The id enforces the re-entry rule: the same decision derives
 * the same id again, and inserting it twice fails.
 */
export function decideEntry(
  campaign: Campaign,
  event: StoredEvent,
  world: World,
  last: EnrollmentState | undefined,
): Entry {
  const { enter } = campaign.definition;
  const { prospectId, erasedAt } = world.prospect;
  if (event.depth > MAX_DEPTH) return refuse('too_deep', `causal depth ${event.depth}`);
  if (erasedAt !== undefined && happenedAt(event) <= erasedAt) return refuse('erased');
  if (event.receivedAt > addDuration(event.occurredAt, enter.maxAge ?? DEFAULT_MAX_AGE, 'UTC')) {
    return refuse('too_old', `older than ${enter.maxAge ?? DEFAULT_MAX_AGE} on arrival`);
  }

  const again = enter.again ?? 'never';
  if (last !== undefined) {
    if (again === 'never') return refuse('entered_before');
    if (again === 'afterExit' && last.status === 'active') return refuse('already_in');
    if (again === 'afterExit' && compareEvents(event, last.entry) <= 0) return refuse('entered_before');
    // It happened during the last run and arrives only now: in time it would have let nobody in.
    if (again === 'afterExit' && happenedAt(event) < startOfSecond(last.endedAt ?? 0))
      return refuse('already_in');
    if (
      enter.notWithin !== undefined &&
      happenedAt(event) < addDuration(happenedAt(last.entry), enter.notWithin, 'UTC')
    ) {
      return refuse('not_within', `entered less than ${enter.notWithin} ago`);
    }
  }

  if (enter.when !== undefined) {
    try {
      const context = viewWorld(world, happenedAt(event), event, undefined);
      if (!campaign.expression(enter.when).test(context)) return refuse('when_false', enter.when);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      const { place, detail, reason } = unanswered('enter', error);
      return { ...refuse('when_unanswered', detail), unanswered: { place, detail, reason } };
    }
  }

  const n = (last?.n ?? 0) + 1;
  const base = ['enrollment', world.workspace, campaign.id, prospectId];
  const enrollmentId =
    again === 'never'
      ? deriveId(...base)
      : again === 'afterExit'
        ? deriveId(...base, n)
        : deriveId(...base, event.id);
  return { enters: true, enrollmentId, n };
}
