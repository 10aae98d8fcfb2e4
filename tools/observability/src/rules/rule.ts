import { stringify } from 'yaml';

/** A rule that writes down a series. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** `page`: somebody must look now, for people are affected. `ticket`: within a working day. */
type Severity = 'page' | 'ticket';

export interface Alert {
  readonly alert: string;
  /** What is measured and compared. */
  readonly expr: string;
  /**
   * The parts of `expr` that must give a series in an installation that is well: what stands left of each
   * comparison. A check asks a real Prometheus for each.
   */
  readonly measures: readonly string[];
  readonly for: string;
  readonly severity: Severity;
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What people notice, or will. */
  readonly impact: string;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (Recording | Alert)[];
}

export const isAlert = (rule: Recording | Alert): rule is Alert => 'alert' in rule;

/**
 * Where the runbook of an alert is, from the root of the repository. Charts put their `runbookBaseUrl` before
 * it.
 */
const runbookOf = (alert: string): string => `docs/runbooks/${alert}.md`;

/** A comparison with a number: the chart puts the user's threshold in the place of the number at its end. */
export function above(
  measure: string,
  threshold: number,
  { and }: { readonly and?: { readonly left: string; readonly above: number } } = {},
): Pick<Alert, 'expr' | 'measures'> {
  if (and === undefined) return { expr: `${measure} > ${threshold}`, measures: [measure] };
  return {
    expr: `${and.left} > ${and.above}\nand\n${measure} > ${threshold}`,
    measures: [and.left, measure],
  };
}

export const below = (measure: string, threshold: number): Pick<Alert, 'expr' | 'measures'> => ({
  expr: `${measure} < ${threshold}`,
  measures: [measure],
});

const HEAD = '# Written by tools/observability from its sources; change them there and run: make fix\n';

/** The file as Prometheus and promtool read it. */
export function ruleFile(groups: readonly RuleGroup[]): string {
  const shown = groups.map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => {
      if (!isAlert(rule)) return rule;
      const { alert, expr, severity, labels, summary, impact } = rule;
      return {
        alert,
        expr,
        for: rule.for,
        labels: { severity, ...labels },
        annotations: { summary, impact, runbook_url: runbookOf(alert) },
      };
    }),
  }));
  return HEAD + stringify({ groups: shown }, { lineWidth: 0 });
}
