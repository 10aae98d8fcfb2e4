/** The part of the runner's JSON report that is needed: a file and its tests. */
export interface FileReport {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Statuses of tests that did not run and were not meant to. */
const SKIPPED = ['skipped', 'pending', 'todo', 'disabled'];

/**
 * Counts tests by outcome. A file that failed without a failing test (it did not load, or a hook threw)
 * counts as one failure, so that no broken suite hides behind tests that never ran.
 */
export function tally(files: readonly FileReport[]): Tally {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const file of files) {
    const statuses = file.assertionResults.map((test) => test.status);
    const failures = statuses.filter((status) => status !== 'passed' && !SKIPPED.includes(status)).length;
    passed += statuses.filter((status) => status === 'passed').length;
    skipped += statuses.filter((status) => SKIPPED.includes(status)).length;
    failed += failures === 0 && file.status === 'failed' ? 1 : failures;
  }
  return { passed, failed, skipped };
}

/** `N passed, N failed[, N skipped]`: the one line that is read by machines. */
export const closingLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
