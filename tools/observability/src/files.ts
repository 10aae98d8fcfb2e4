import { type Dashboard, dashboardFile } from './dashboards/dashboard.ts';
import { overview } from './dashboards/overview.ts';
import { serviceDashboards } from './dashboards/services.ts';
import { ruleTestFiles } from './rule-tests/index.ts';
import { type Chart, rules, SERVICES } from './rules/index.ts';
import { ruleFile } from './rules/rule.ts';

const CHARTS = [...SERVICES, 'herald'] as const satisfies readonly Chart[];

/** Every dashboard, by the chart that contains it. */
export const dashboards: readonly {
  readonly chart: Chart;
  readonly file: string;
  readonly dashboard: Dashboard;
}[] = [
  { chart: 'herald', file: 'charts/herald/dashboards/herald-overview.json', dashboard: overview },
  ...SERVICES.map((chart) => ({
    chart,
    file: `charts/${chart}/dashboards/herald-${chart}.json`,
    dashboard: serviceDashboards[chart],
  })),
];

/** The generated files: path from the root of the repository, and text. */
export const files = (): ReadonlyMap<string, string> =>
  new Map([
    ...dashboards.map(({ file, dashboard }) => [file, dashboardFile(dashboard)] as const),
    ...CHARTS.flatMap((chart) => [
      [`charts/${chart}/rules/objectives.yaml`, ruleFile(rules[chart].objectives)] as const,
      [`charts/${chart}/rules/causes.yaml`, ruleFile(rules[chart].causes)] as const,
      ...ruleTestFiles(chart),
    ]),
  ]);
