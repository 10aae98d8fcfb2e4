import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChartName, charts, chartsFolder } from '../charts.ts';
import { type Outcome, run, runWell } from '../run.ts';
import type { Helm } from './find.ts';

/** Values for rendering: files by `--values`, in this order, and single values by `--set`. */
interface Values {
  /** Paths of files. */
  readonly files?: readonly string[];
  readonly set?: readonly string[];
}

/** A copy of the charts with their dependencies, so that none are left in the repository. */
export interface Workspace {
  template(helm: Helm, chart: ChartName, values: Values): Promise<Outcome>;
  lint(helm: Helm, chart: ChartName, values: Values): Promise<Outcome>;
  /** The notes that an install prints. */
  notes(helm: Helm, chart: ChartName, values: Values): Promise<Outcome>;
  /** The folder of a chart with its dependencies. */
  path(chart: ChartName): string;
  /** Writes a file into the copy. */
  write(path: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/** The release name used for rendering. */
export const RELEASE = 'demo';
const NAMESPACE = 'herald';
const KUBERNETES = '1.35.0';

/**
 * Builds the dependencies by their lock files. A chart that has changed without its lock file is an error.
 */
export async function createWorkspace(builder: Helm): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'herald-charts-'));
  const copies = join(folder, 'charts');
  const path = (chart: ChartName): string => join(copies, chart);
  // Helm stores nothing and ignores the user's plugins and repositories.
  const env = { ...process.env, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
  const valuesOf = ({ files = [], set = [] }: Values): string[] => [
    ...files.flatMap((file) => ['--values', file]),
    ...set.flatMap((one) => ['--set', one]),
  ];
  const argsOf = (values: Values): string[] => [...valuesOf(values), '--kube-version', KUBERNETES];
  await cp(chartsFolder, copies, {
    recursive: true,
    filter: (source) => !source.endsWith('.tgz') && !/\/charts\/[^/]+\/charts$/.test(source),
  });
  // The services first: the umbrella packs them with their dependencies.
  for (const chart of charts) {
    await runWell(builder.program, ['dependency', 'build', '--skip-refresh', path(chart)], { env });
  }
  return {
    template: (helm, chart, values) =>
      run(helm.program, ['template', RELEASE, path(chart), '--namespace', NAMESPACE, ...argsOf(values)], {
        env,
      }),
    lint: (helm, chart, values) =>
      run(helm.program, ['lint', '--strict', '--quiet', path(chart), ...argsOf(values)], { env }),
    notes: async (helm, chart, values) => {
      const args = ['install', RELEASE, path(chart), '--namespace', NAMESPACE, '--dry-run=client'];
      const nowhere = { ...env, KUBECONFIG: '/dev/null' };
      const outcome = await run(helm.program, [...args, ...valuesOf(values)], { env: nowhere });
      return { ...outcome, stdout: outcome.stdout.split('\nNOTES:\n')[1] ?? '' };
    },
    path,
    write: (file, text) => writeFile(file, text),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
