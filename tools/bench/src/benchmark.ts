/** One measured number. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The aim in words, and whether it is met. */
  readonly aim?: string;
  readonly met?: boolean;
}

export interface Outcome {
  readonly figures: readonly Figure[];
  /** What was counted at the end: nothing was lost or doubled. Else the benchmark throws. */
  readonly delivery: string;
  readonly notes?: readonly string[];
}

/** What a benchmark runs on. */
export interface Ground {
  /** An empty folder, removed afterwards. */
  readonly dir: string;
  /** Small counts: they show that the benchmark works; the figures mean little. */
  readonly quick: boolean;
  /** Throws where there is none. */
  readonly rabbit: () => string;
  /** Throws where there is none. `kind`: FerretDB scans collections, and says nothing about MongoDB. */
  readonly mongo: () => { readonly uri: string; readonly kind: string };
}

export interface Benchmark {
  readonly name: string;
  readonly what: string;
  /** s after which it is stopped. */
  readonly limit: number;
  run(ground: Ground): Promise<Outcome>;
}

/** Throws where something was lost or doubled: the figures of such a run do not count. */
export function exactly(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`not exact: ${what} ${found}, expected ${expected}`);
}

export const atLeast = (what: string, value: number, unit: string, aim: number): Figure => ({
  what,
  value,
  unit,
  aim: `at least ${aim.toLocaleString('en')}`,
  met: value >= aim,
});

export const atMost = (what: string, value: number, unit: string, aim: number): Figure => ({
  what,
  value,
  unit,
  aim: `at most ${aim.toLocaleString('en')}`,
  met: value <= aim,
});
