import { join } from 'node:path';
import { configDefaults, defineConfig, type TestUserConfig } from 'vitest/config';
import { LongestFirst } from './tools/test/src/longest-first.ts';

/**
 * With real servers on a shared machine something may stall once: there such a test has a second try, which
 * the report names. And it waits longer for an outcome than vitest's one second.
 */
const withServers = {
  retry: process.env.CI === 'true' ? 1 : 0,
  setupFiles: ['tools/test/src/patience.ts'],
  expect: { poll: { timeout: 20_000 } },
};

// Processes that tests start find here what Node has compiled before: they start in half the time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '.tmp/compile-cache');

/** Tests of the whole system that measure it by the clock, or run on a fast one. */
const MEASURING = ['tests/{observability,unblocked}/**/*.e2e.test.ts', 'tools/demo/**/*.e2e.test.ts'];

/** Tests with a server of their own for a file, or whose process must be nobody else's. */
const OWN_PROCESS = [
  '{libs/{broker,process},tools/*}/src/**/*.int.test.ts',
  'tests/**/*.int.test.ts',
  '**/{killed,crash}.int.test.ts',
];

/** The suffix of a test is its tier: `.unit` needs no service, `.int` one real service, `.e2e` the system. */
const tier = (
  name: string,
  { testTimeout, groupOrder, ...options }: { testTimeout: number; groupOrder: number } & TestUserConfig,
) => ({
  test: {
    name,
    include: [`{apps,libs,tools}/*/src/**/*.${name}.test.ts`, `tests/**/*.${name}.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    sequence: { groupOrder },
    ...options,
  },
});

export default defineConfig({
  test: {
    // Processes, not threads: a test that kills, leaks or blocks cannot touch another file.
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    projects: [
      // Without a process of its own for each file: importing took most of the time.
      tier('unit', { testTimeout: 10_000, maxWorkers: 2, groupOrder: 0, isolate: false }),
      // As unit tests do, where the file has nothing but a store and a broker in a folder of its own.
      tier('int', {
        testTimeout: 60_000,
        maxWorkers: 2,
        groupOrder: 1,
        isolate: false,
        exclude: [...configDefaults.exclude, ...OWN_PROCESS],
        ...withServers,
      }),
      // These mostly wait for their servers.
      tier('int-alone', {
        testTimeout: 60_000,
        maxWorkers: 3,
        groupOrder: 2,
        include: OWN_PROCESS,
        ...withServers,
      }),
      // Side by side: these start whole systems, and mostly wait for them.
      tier('e2e', {
        testTimeout: 240_000,
        maxWorkers: 3,
        groupOrder: 3,
        exclude: [...configDefaults.exclude, ...MEASURING],
        ...withServers,
      }),
      // One at a time.
      tier('measured', {
        testTimeout: 240_000,
        maxWorkers: 1,
        groupOrder: 4,
        include: MEASURING,
        ...withServers,
      }),
    ],
  },
});
