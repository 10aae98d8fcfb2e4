import { type Clock, span, wall } from '@herald/domain';

/** How old, and how far ahead, a signed timestamp may be; s of wall time. */
export interface Tolerance {
  readonly old: number;
  readonly ahead: number;
}

/** Whether a timestamp in s since 1970, as text, is within the tolerance. One that is not only digits never is. */
export function isFresh(timestamp: string, { old, ahead }: Tolerance, clock: Clock): boolean {
  if (!/^\d{1,11}$/.test(timestamp)) return false;
  const age = clock.now() - Number(timestamp) * span.SECOND;
  return age <= wall(clock, old * span.SECOND) && -age <= wall(clock, ahead * span.SECOND);
}
