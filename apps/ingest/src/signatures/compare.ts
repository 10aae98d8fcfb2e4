import { timingSafeEqual } from 'node:crypto';

/** Whether two buffers are equal. Takes the same time wherever they differ. */
export const equal = (expected: Buffer, given: Buffer): boolean =>
  expected.length === given.length && timingSafeEqual(expected, given);
