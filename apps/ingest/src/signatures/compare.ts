import { timingSafeEqual } from 'node:crypto';

/** Whether two are the same, in a time that tells nothing of where they differ. */
export const equal = (expected: Buffer, given: Buffer): boolean =>
  expected.length === given.length && timingSafeEqual(expected, given);
