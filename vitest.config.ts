import { defineConfig } from 'vitest/config';

/**
 * With real servers on a shared machine something may stall once: there such a test has a second try, which
 * the report names.
 */
const retry = process.env.CI === 'true' ? 1 : 0;

/** The suffix of a test is its tier: `.unit` needs no service, `.int` one real service, `.e2e` the system. */
const tier = (
  name: string,
  options: { testTimeout: number; maxWorkers: number; groupOrder: number; retry?: number; isolate?: boolean },
) => ({
  test: {
    name,
    include: [`{apps,libs,tools}/*/src/**/*.${name}.test.ts`, `tests/**/*.${name}.test.ts`],
    testTimeout: options.testTimeout,
    hookTimeout: options.testTimeout,
    retry: options.retry ?? 0,
    isolate: options.isolate ?? true,
    maxWorkers: options.maxWorkers,
    sequence: { groupOrder: options.groupOrder },
  },
});

export default defineConfig({
  test: {
    // Processes, not threads: a test that kills, leaks or blocks cannot touch another file.
    pool: 'forks',
    projects: [
      // Without a process of its own for each file: importing took most of the time.
      tier('unit', { testTimeout: 10_000, maxWorkers: 2, groupOrder: 0, isolate: false }),
      tier('int', { testTimeout: 60_000, maxWorkers: 2, groupOrder: 1, retry }),
      // One at a time: these start whole systems and measure them by the clock.
      tier('e2e', { testTimeout: 240_000, maxWorkers: 1, groupOrder: 2, retry }),
    ],
  },
});
