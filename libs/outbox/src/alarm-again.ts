import { type Clock, type Instant, wall } from '@herald/domain';

/** ms of wall time after which the sweep repeats an alarm that nobody has answered: at first, and at most. */
const GRACE = { first: 10_000, longest: 120_000 };

/**
 * When to repeat the alarm of what is due at `dueAt`, unless it is done by then. What is late already gets
 * half its lateness more: behind a backlog alarms are answered late, not lost, and repeating all of them
 * every few seconds would only lengthen it.
 */
export function alarmAgainAt(clock: Clock, dueAt: Instant): Instant {
  const now = clock.now();
  const late = Math.max(0, now - dueAt);
  const grace = Math.min(Math.max(wall(clock, GRACE.first), late / 2), wall(clock, GRACE.longest));
  return Math.max(dueAt, now) + grace;
}
