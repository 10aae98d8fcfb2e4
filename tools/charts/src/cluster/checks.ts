/** Runs named checks one after another and reports each result. */
export interface Checks {
  readonly failed: number;
  run(name: string, check: () => Promise<void>): Promise<void>;
}

export function createChecks(say: (line: string) => void): Checks {
  let failed = 0;
  return {
    get failed() {
      return failed;
    },
    async run(name, check) {
      const start = performance.now();
      try {
        await check();
        say(`  ✓ ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
      } catch (error) {
        failed += 1;
        say(`  ✗ ${name}\n      ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

/** Throws if the two differ, showing both. */
export function same(what: string, actual: unknown, expected: unknown): void {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== wanted) throw new Error(`${what} is ${is}; expected ${wanted}`);
}
