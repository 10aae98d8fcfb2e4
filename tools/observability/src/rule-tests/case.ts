/** One case for promtool: with these series, exactly these alerts of that name fire at these instants. */
export interface Case {
  readonly alert: string;
  /** What the case shows, in words. */
  readonly name: string;
  /** Series and their values each minute, in promtool's words: `0x10 1x20`. */
  readonly series: Readonly<Record<string, string>>;
  readonly expected: readonly Expectation[];
}

interface Expectation {
  /** Since the first value: `12m`. */
  readonly at: string;
  /** The labels of each alert that fires; empty: none. */
  readonly firing: readonly Readonly<Record<string, string>>[];
}

/**
 * The file as promtool reads it; the path of the rules is from the file's folder, `every` is how often they
 * are evaluated.
 */
export function ruleTests(ruleFile: string, every: string, cases: readonly Case[]): object {
  return {
    rule_files: [ruleFile],
    evaluation_interval: every,
    tests: cases.map(({ alert, name, series, expected }) => ({
      name: `${alert}: ${name}`,
      interval: '1m',
      input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
      promql_expr_test: expected.map(({ at, firing }) => {
        const by = [...new Set(firing.flatMap((labels) => Object.keys(labels)))];
        const firings = `ALERTS{alertname="${alert}",alertstate="firing"}`;
        return {
          expr: firing.length === 0 ? firings : `count by (${by.join(', ')}) (${firings})`,
          eval_time: at,
          exp_samples: firing.map((labels) => ({ labels: shown(labels), value: 1 })),
        };
      }),
    })),
  };
}

const shown = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}}`;
