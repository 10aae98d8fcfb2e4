import { vi } from 'vitest';

/** ms for which a test of real servers waits for an outcome: a busy machine may take a second for one step. */
const PATIENCE = 20_000;

const { waitFor } = vi;

// What `expect.poll` has a setting for, and `vi.waitFor` has not.
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout: PATIENCE, ...options });
