import { vi } from 'vitest';

/**
 * ms for which a test of real servers waits for an outcome: a busy machine may take a second for one step.
 */
const PATIENCE = 20_000;

const { waitFor } = vi;

// vitest has a setting for `expect.poll`, but none for `vi.waitFor`.
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout: PATIENCE, ...options });
