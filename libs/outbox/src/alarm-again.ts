import { type Clock, type Instant, wall } from '@herald/domain';

/**
 * ms of wall time after which the sweep gives an alarm again that nobody has answered: at first, and at most.
 */
const GRACE = { first: 10_000, longest: 120_000 };

/**
 * When to give the alarm of what is due at `dueAt` again, if it is not done by then. What is late already is
 * left half its lateness: behind a backlog alarms are answered late and not lost, and giving all of them
 * again every few seconds would only lengthen it.
 */
export function alarmAgainAt(clock: Clock, dueAt: Instant): Instant {
  const now = clock.now();
  const late = Math.max(0, now - dueAt);
  const grace = Math.min(Math.max(wall(clock, GRACE.first), late / 2), wall(clock, GRACE.longest));
  return Math.max(dueAt, now) + grace;
}
