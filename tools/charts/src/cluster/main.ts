import { findHelm, findKubectl } from '../helm/find.ts';
import { createWorkspace } from '../helm/workspace.ts';
import { createChecks } from './checks.ts';
import { startControlPlane } from './control-plane.ts';
import { controls } from './controls.ts';
import { fromHelm3To4, handingOver } from './hand-over.ts';
import { findPrograms } from './programs.ts';
import { extensions, lifeOfRelease, takesEverything } from './scenario.ts';
import type { Stage } from './stage.ts';
import { startStandInNode } from './stand-in-node.ts';

/**
 * Installs, upgrades and removes the charts on a real API server with real controllers. Pods are admitted and
 * counted, never run: there are no nodes. Exits with 0 only when every check holds.
 */
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [helm4, helm3] = await Promise.all([findHelm(4), findHelm(3)]);
if ('unavailable' in helm4) throw new Error(helm4.unavailable);
if ('unavailable' in helm3) throw new Error(helm3.unavailable);
const kubectl = await findKubectl();
const plane = await startControlPlane(await findPrograms(say));
const stopNode = startStandInNode(plane.api, (error) => say(`  the stand-in for nodes: ${error}`));
const workspace = await createWorkspace(helm4);
const checks = createChecks(say);
try {
  const { gitVersion, major, minor } = await plane.api.get<{
    gitVersion: string;
    major: string;
    minor: string;
  }>('/version');
  say(`Kubernetes ${major}.${minor} (${gitVersion}), Helm ${helm4.version} and ${helm3.version}`);
  const stage: Stage = { plane, workspace, kubectl, helm4, helm3, checks };
  await extensions(stage);
  await takesEverything(stage);
  await lifeOfRelease(stage, helm4);
  await lifeOfRelease(stage, helm3);
  await fromHelm3To4(stage);
  await handingOver(stage);
  await controls(stage);
} finally {
  await workspace.remove();
  await stopNode();
  await plane.stop();
}
say(checks.failed === 0 ? 'All checks hold.' : `${checks.failed} checks do not hold.`);
process.exitCode = checks.failed === 0 ? 0 : 1;
