import type { OutMessage } from '@herald/broker';
import { dueMessage, type EnrollmentDocument } from '@herald/contracts';
import type { Clock, Instant } from '@herald/domain';
import { alarmAgainAt } from '@herald/outbox';

/** When the wait of an enrollment is due; null: it has none, or only an event ends it. */
const dueAtOf = ({ state }: EnrollmentDocument): Instant | null =>
  state.status === 'active' ? (state.wait?.dueAt ?? null) : null;

/**
 * How enrollments are woken: a wait that is due within `horizon` (ms on the clock) gets a delayed delivery of
 * the broker, and the sweep looks after all others, and after alarms that were lost.
 */
export function createAlarms({ clock, horizon }: { readonly clock: Clock; readonly horizon: number }) {
  const isNear = (dueAt: Instant): boolean => dueAt - clock.now() <= horizon;
  return {
    /** The alarm to publish now, if the wait is due within the horizon. */
    alarmsOf(doc: EnrollmentDocument): OutMessage[] {
      const dueAt = dueAtOf(doc);
      if (dueAt === null || !isNear(dueAt)) return [];
      const { workspace, id, version, cause } = doc;
      const delay = Math.max(0, dueAt - clock.now());
      return [dueMessage({ workspace, id, version }, delay, cause.traceparent)];
    },
    /** When the sweep looks at the enrollment; null: never. */
    nextSweepAt(doc: EnrollmentDocument): Instant | null {
      const dueAt = dueAtOf(doc);
      if (dueAt === null) return null;
      return isNear(dueAt) ? alarmAgainAt(clock, dueAt) : dueAt - horizon;
    },
  };
}
