import { createChecks } from '../cluster/checks.ts';
import { findHelm, findKubectl } from '../helm/find.ts';
import { createWorkspace } from '../helm/workspace.ts';
import { evictions, identity, rolls } from './pods.ts';
import { failedMigration, installs, tests } from './release.ts';
import { scalers } from './scalers.ts';
import { sizes } from './sizes.ts';
import type { Stage } from './stage.ts';

/**
 * Tries the charts on a cluster that runs pods: see `make charts-live`. Reads `CONTEXT` (of kubectl),
 * `VALUES` (files, with commas between) and `HELM_MAJOR` (3 or 4). Exits with 0 only when every check holds.
 */
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const {
  CONTEXT = 'kind-herald',
  VALUES = 'k8s/environments/dev/values.yaml',
  HELM_MAJOR = '4',
} = process.env;

const helm = await findHelm(HELM_MAJOR === '3' ? 3 : 4);
if ('unavailable' in helm) throw new Error(helm.unavailable);
const workspace = await createWorkspace(helm);
const checks = createChecks(say);
const files = VALUES.split(',');
const stage: Stage = { context: CONTEXT, files, workspace, helm, kubectl: await findKubectl(), checks, say };
say(`Helm ${helm.version}, context ${CONTEXT}`);
try {
  await failedMigration(stage);
  await installs(stage);
  await tests(stage);
  await identity(stage);
  await rolls(stage);
  await evictions(stage);
  await scalers(stage);
  for (const { pod, now, peak } of await sizes(stage)) say(`  ${pod}: ${now} MiB now, ${peak} MiB at most`);
} finally {
  await workspace.remove();
}
say(checks.failed === 0 ? 'All checks hold.' : `${checks.failed} checks do not hold.`);
process.exitCode = checks.failed === 0 ? 0 : 1;
