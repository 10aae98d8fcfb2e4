import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartsFolder } from './charts.ts';
import { findHelm } from './helm/find.ts';
import { createWorkspace } from './helm/workspace.ts';
import { type Case, cases } from './matrix.ts';

const folder = join(chartsFolder, 'golden');

export const goldenFile = ({ chart, name }: Case): string => join(folder, `${chart}-${name}.yaml`);

/** The stored manifests of a case; undefined if there are none. */
export const readGolden = (one: Case): Promise<string | undefined> =>
  readFile(goldenFile(one), 'utf8').catch(() => undefined);

/** Dashboards and rules are long and have their own files and tests: their text is left out here. */
export const withoutFiles = (text: string): string =>
  text
    .replace(/^( {2}[\w.-]+\.json): \|\n(?: {4}.*\n|\n)+/gm, '$1: (the file)\n')
    .replace(/^(kind: PrometheusRule\n[\s\S]*?^ {2}groups):\n(?: {4}.*\n|\n)+/gm, '$1: (the rules)\n');

/** Stores what the charts render to now: the diff of these files shows the effect of a change. */
async function renew(): Promise<void> {
  const helm = await findHelm(4);
  if ('unavailable' in helm) throw new Error(helm.unavailable);
  const workspace = await createWorkspace(helm);
  try {
    await mkdir(folder, { recursive: true });
    for (const one of cases.filter(({ golden }) => golden)) {
      const { code, stdout, stderr } = await workspace.template(helm, one.chart, { files: one.files });
      if (code !== 0) throw new Error(`${one.chart}, ${one.name}: ${stderr}`);
      await writeFile(goldenFile(one), withoutFiles(stdout));
    }
  } finally {
    await workspace.remove();
  }
}

if (import.meta.main) await renew();
