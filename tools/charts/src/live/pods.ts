import { join } from 'node:path';
import { services } from '../charts.ts';
import { same } from '../cluster/checks.ts';
import { startLoad } from './load.ts';
import { install, kubectl, NAMESPACE, podsOf, RELEASE, type Stage, tryKubectl, well } from './stage.ts';

/** s of load, in which all pods are replaced. */
const LOAD = 90;

const LOOK = `
  const { writeFileSync } = require('node:fs');
  let root = 'writable';
  try { writeFileSync('/herald/x', ''); } catch { root = 'read-only'; }
  writeFileSync('/tmp/x', '');
  console.log([process.getuid(), process.getgid(), process.getgroups().join(' '), root].join(' '));
`;

export async function identity(stage: Stage): Promise<void> {
  await stage.checks.run('processes are user and group 10001, on a read-only root', async () => {
    for (const name of services) {
      const command = ['exec', `deployment/${RELEASE}-${name}`, '--', 'node', '--eval', LOOK];
      same(name, (await kubectl(stage, command)).trim(), '10001 10001 10001 read-only');
    }
  });
}

export async function rolls(stage: Stage): Promise<void> {
  const title = 'while all pods are replaced no event is refused, and each is in the log';
  await stage.checks.run(title, async () => {
    const load = await startLoad(stage, LOAD);
    const set = services.flatMap((name) => [`${name}.podAnnotations.rolled=at-${Date.now()}`]);
    const two = ['ingest.replicaCount=2', 'ingest.podDisruptionBudget.enabled=true'];
    const start = performance.now();
    well(await install(stage, [...set, ...two]));
    stage.say(`    replaced in ${((performance.now() - start) / 1000).toFixed(0)} s`);
    const { accepted, refused, missing } = await load.ended();
    stage.say(`    ${accepted} events accepted, ${refused.length} refused, ${missing} missing`);
    same('refused', refused, []);
    same('missing', missing, 0);
  });
}

/** After `rolls`, which has left two replicas of ingest and a budget. */
export async function evictions(stage: Stage): Promise<void> {
  await stage.checks.run('of two pods of ingest only one is evicted at a time', async () => {
    // A pod that ends, or is not ready yet, may always be evicted.
    const ready = ['rollout', 'status', `deployment/${RELEASE}-ingest`, '--timeout', '3m'];
    await kubectl(stage, ready);
    const names = await podsOf(stage, 'app.kubernetes.io/name=ingest');
    const answers: boolean[] = [];
    for (const name of names.slice(0, 2)) {
      const eviction = {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace: NAMESPACE },
      };
      const file = join(stage.workspace.path('herald'), `${name}.json`);
      await stage.workspace.write(file, JSON.stringify(eviction));
      const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`;
      answers.push((await tryKubectl(stage, ['create', '--raw', path, '--filename', file])).code === 0);
    }
    same('whether each was evicted', answers, [true, false]);
    await kubectl(stage, ready);
  });
}
