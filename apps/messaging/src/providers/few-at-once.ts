import { Problem } from '@herald/http';

/** Runs a test of a workspace, unless too many are under way: then it throws a 429 `Problem`. */
export type FewAtOnce = <T>(workspace: string, work: () => Promise<T>) => Promise<T>;

/** Of one workspace, in one process. */
const TESTS_AT_ONCE = 8;
/** s */
const RETRY_AFTER = 5;

/** Tests use the same connections as messages: nobody may queue thousands of them. */
export function createFewAtOnce(): FewAtOnce {
  const testing = new Map<string, number>();
  return async (workspace, work) => {
    const before = testing.get(workspace) ?? 0;
    if (before >= TESTS_AT_ONCE)
      throw new Problem(429, 'too_many_tests', 'Too many tests are being sent; wait for one to end.', {
        retryAfter: RETRY_AFTER,
      });
    testing.set(workspace, before + 1);
    try {
      return await work();
    } finally {
      const left = (testing.get(workspace) ?? 1) - 1;
      if (left > 0) testing.set(workspace, left);
      else testing.delete(workspace);
    }
  };
}
