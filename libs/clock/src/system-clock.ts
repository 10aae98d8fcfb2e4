import type { Clock } from '@herald/domain';

/** The wall clock. */
export const systemClock: Clock = { rate: 1, now: () => Date.now() };
