import { type Clock, type Instant, span, wall } from '@herald/domain';
import { IsDateTime } from 'typebox/format';

/** How old, and how far ahead, a signed timestamp may be; s of wall time. */
export interface Tolerance {
  readonly old: number;
  readonly ahead: number;
}

/** How a sender writes the time: Unix seconds, Unix milliseconds, or RFC 3339. */
export type TimestampUnit = 's' | 'ms' | 'rfc3339';

/**
 * Whether a timestamp is within the tolerance. A text that is not exactly a timestamp in its unit never is.
 */
export function isFresh(
  timestamp: string,
  { old, ahead }: Tolerance,
  clock: Clock,
  unit: TimestampUnit = 's',
): boolean {
  const at = instantOf(timestamp, unit);
  if (at === undefined) return false;
  const age = clock.now() - at;
  return age <= wall(clock, old * span.SECOND) && -age <= wall(clock, ahead * span.SECOND);
}

function instantOf(text: string, unit: TimestampUnit): Instant | undefined {
  switch (unit) {
    case 's':
      return /^\d{1,11}$/.test(text) ? Number(text) * span.SECOND : undefined;
    case 'ms':
      return /^\d{1,14}$/.test(text) ? Number(text) : undefined;
    case 'rfc3339':
      return text.length <= 40 && IsDateTime(text) ? Date.parse(text) : undefined;
    default:
      return unit satisfies never;
  }
}
