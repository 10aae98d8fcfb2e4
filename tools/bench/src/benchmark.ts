/** One number with what it is. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be, in words, and whether it is. */
  readonly aim?: string;
  readonly met?: boolean;
}

export interface Outcome {
  readonly figures: readonly Figure[];
  /**
   * What was counted at the end to know that nothing was lost or doubled. Where that fails, the benchmark
   * throws instead.
   */
  readonly delivery: string;
  readonly notes?: readonly string[];
}

/** The ground that a benchmark stands on. */
export interface Ground {
  /** A folder of its own, empty, removed afterwards. */
  readonly dir: string;
  /** Small counts: it shows that the benchmark works, and its figures mean little. */
  readonly quick: boolean;
  /** Throws where there is none. */
  readonly rabbit: () => string;
  /**
   * Throws where there is none. `kind` says what it is: FerretDB scans collections and is no measure of
   * MongoDB.
   */
  readonly mongo: () => { readonly uri: string; readonly kind: string };
}

export interface Benchmark {
  readonly name: string;
  readonly what: string;
  /** s after which it is ended. */
  readonly limit: number;
  run(ground: Ground): Promise<Outcome>;
}

/** Throws where a run was not exact: its numbers do not count. */
export function exactly(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`not exact: ${what} ${found}, expected ${expected}`);
}

export const atLeast = (what: string, value: number, unit: string, aim: number): Figure => ({
  ...{ what, value, unit },
  aim: `at least ${aim.toLocaleString('en')}`,
  met: value >= aim,
});

export const atMost = (what: string, value: number, unit: string, aim: number): Figure => ({
  ...{ what, value, unit },
  aim: `at most ${aim.toLocaleString('en')}`,
  met: value <= aim,
});
