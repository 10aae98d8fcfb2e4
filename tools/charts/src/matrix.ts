import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ChartName, charts, root } from './charts.ts';

/** A combination of values that must render, and its name in charts/golden. */
export interface Case {
  readonly chart: ChartName;
  readonly name: string;
  readonly files: readonly string[];
  /** Whether the manifests are stored and compared. */
  readonly golden: boolean;
}

const own = (name: string): string => join(import.meta.dirname, '../values', `${name}.yaml`);

/**
 * Values files of environments, if there are any: `k8s/environments/<environment>/<chart>.yaml` or
 * `k8s/environments/<environment>.yaml` for the umbrella.
 */
function environments(): Case[] {
  const folder = join(root, 'k8s/environments');
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true, encoding: 'utf8' });
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => {
      const chart = charts.find((name) => entry.name.replace(/\.ya?ml$/, '') === name) ?? 'herald';
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(folder.length + 1).replace(/\.ya?ml$/, '');
      return {
        chart,
        name: `environment ${name}`,
        files: [...leastOf(chart), path],
        golden: false,
      };
    });
}

function withoutFolder(make: () => Case[]): Case[] {
  try {
    return make();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The values files without which a chart cannot be installed. */
export function leastOf(chart: ChartName): readonly string[] {
  if (chart === 'herald') return [own('secrets-herald')];
  return chart === 'messaging' ? [own('secrets'), own('sends')] : [own('secrets')];
}

const BESIDE_KEDA: Partial<Record<ChartName, string>> = {
  'event-handler': 'migrate-job',
  messaging: 'sends',
};
const beside = (chart: ChartName): readonly string[] =>
  [BESIDE_KEDA[chart]].flatMap((name) => (name === undefined ? [] : [own(name)]));

export const cases: readonly Case[] = [
  ...charts.flatMap((chart): Case[] =>
    chart === 'herald'
      ? [
          { chart, name: 'least', files: leastOf('herald'), golden: true },
          { chart, name: 'everything', files: [own('everything-herald')], golden: true },
        ]
      : [
          { chart, name: 'least', files: leastOf(chart), golden: true },
          { chart, name: 'everything', files: [own('everything')], golden: true },
          { chart, name: 'keda', files: [own('keda'), ...beside(chart)], golden: true },
        ],
  ),
  ...withoutFolder(environments),
];
