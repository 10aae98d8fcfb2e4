import type { Alert, Recording, RuleGroup } from './rule.ts';

/** What a service promises about its requests or messages, and how it is measured. */
export interface Objective {
  /** In metric names: `ingest_availability`. */
  readonly slug: string;
  /** In alert names: `IngestAvailability`. */
  readonly name: string;
  /** The share that must be good. */
  readonly target: number;
  /** In words, for people: "events and webhooks are answered without a server error". */
  readonly promise: string;
  /** What people notice when it is broken. */
  readonly impact: string;
  /** Per second over a window, summed by namespace: all of them, and the bad ones. */
  readonly total: (window: string) => string;
  readonly bad: (window: string) => string;
}

interface Burn {
  readonly long: string;
  readonly short: string;
  /** How many times as fast as the budget allows. */
  readonly factor: number;
  readonly for: string;
  readonly severity: Alert['severity'];
}

/**
 * The Google SRE workbook's windows: 2 % of 30 days' budget in an hour, 5 % in six, and slower ones that can
 * wait until morning.
 */
const BURNS: readonly Burn[] = [
  { long: '1h', short: '5m', factor: 14.4, for: '2m', severity: 'page' },
  { long: '6h', short: '30m', factor: 6, for: '15m', severity: 'page' },
  { long: '1d', short: '2h', factor: 3, for: '1h', severity: 'ticket' },
  { long: '3d', short: '6h', factor: 1, for: '3h', severity: 'ticket' },
];
const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

/** Per second: 36 an hour. With fewer, one failure alone would burn the budget. */
const LEAST_TRAFFIC = 0.01;

/** The recorded share of bad ones over a window. */
const errorRatio = ({ slug }: Pick<Objective, 'slug'>, window: string): string =>
  `namespace:herald_${slug}_errors:ratio_rate${window}`;

const traffic = ({ slug }: Objective, window: string): string =>
  `namespace:herald_${slug}_events:rate${window}`;

/**
 * One recording for each window, and alerts on them: both windows of a pair must burn, and there must be
 * enough to count.
 */
export function objectiveGroup(objective: Objective, labels: Readonly<Record<string, string>>): RuleGroup {
  const { slug, name, target, promise, impact, total, bad } = objective;
  const budget = Number((1 - target).toPrecision(3));
  const recordings = WINDOWS.flatMap((window): Recording[] => [
    {
      record: errorRatio(objective, window),
      // Without bad ones there is no series: count zero.
      expr: `(${bad(window)} or ${total(window)} * 0) / ${total(window)}`,
    },
    { record: traffic(objective, window), expr: total(window) },
  ]);
  const percent = (share: number): string => `${Number((share * 100).toPrecision(4))} %`;
  const alerts = BURNS.map((burn): Alert => {
    const limit = Number((burn.factor * budget).toPrecision(4));
    const [long, short] = [errorRatio(objective, burn.long), errorRatio(objective, burn.short)];
    return {
      alert: `Herald${name}BudgetBurn`,
      // In brackets: none of the three numbers alone is a threshold.
      expr:
        `(\n  ${long} > ${limit}\n  and ${short} > ${limit}\n  and ${traffic(objective, burn.long)} > ` +
        `${LEAST_TRAFFIC}\n)`,
      measures: [long, short, traffic(objective, burn.long)],
      for: burn.for,
      severity: burn.severity,
      labels: { ...labels, slo: slug, window: burn.long },
      summary:
        `The error budget of "${promise}" (${percent(target)}) burns ${burn.factor} times too fast over ` +
        `${burn.long}`,
      impact,
    };
  });
  return { name: `herald-${slug.replaceAll('_', '-')}`, rules: [...recordings, ...alerts] };
}
