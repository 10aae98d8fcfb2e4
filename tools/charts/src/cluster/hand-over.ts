import { same } from './checks.ts';
import {
  deployment,
  helmOf,
  makeNamespace,
  pathOf,
  SCALED,
  type Stage,
  scale,
  values,
  well,
} from './stage.ts';

/** A release made by Helm 3 stays with client-side apply under Helm 4. */
export async function fromHelm3To4(stage: Stage): Promise<void> {
  const namespace = 'handed-on';
  await makeNamespace(stage, namespace);
  await stage.checks.run(
    'a release of Helm 3 goes on under Helm 4, with the replicas of its scaler',
    async () => {
      const options = [...SCALED, '--wait', '--timeout', '60s'];
      well(await helmOf(stage, stage.helm3, namespace)(['install', 'herald'], 'herald', options));
      await scale(stage, namespace, 'herald-ingest', 5);
      well(
        await helmOf(stage, stage.helm4, namespace)(['upgrade', 'herald'], 'herald', [
          ...options,
          '--set',
          'ingest.config.logLevel=debug',
        ]),
      );
      same('replicas', (await deployment(stage, namespace, 'herald-ingest')).spec.replicas, 5);
    },
  );
}

/**
 * What the README warns of: Kubernetes resets a field to its default once nobody sets it any more, unless
 * another manager has set it too.
 */
export async function handingOver(stage: Stage): Promise<void> {
  for (const helm of [stage.helm4, stage.helm3]) {
    const namespace = `handing-over-${helm.major}`;
    await makeNamespace(stage, namespace);
    const call = helmOf(stage, helm, namespace);
    const least = ['--values', values('secrets')];
    const title = (what: string): string => `Helm ${helm.major}: ${what}`;
    const replicas = async (name: string): Promise<number> =>
      (await deployment(stage, namespace, name)).spec.replicas;
    await stage.checks.run(
      title('turning a scaler on sets one replica until it acts, as the README says'),
      async () => {
        well(await call(['install', 'given'], 'ingest', [...least, '--set', 'replicaCount=4']));
        well(await call(['upgrade', 'given'], 'ingest', [...least, '--set', 'autoscaling.enabled=true']));
        same('replicas', await replicas('given-ingest'), 1);
      },
    );
    // Helm 3 removes the field, whoever owns it.
    if (helm.major === 3) continue;
    await stage.checks.run(
      title('where somebody else has applied the number of replicas, it stays'),
      async () => {
        well(await call(['install', 'kept'], 'ingest', [...least, '--set', 'replicaCount=4']));
        const metadata = { name: 'kept-ingest', namespace };
        const applied = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 4 } };
        await stage.plane.api.apply(pathOf(namespace, 'kept-ingest'), applied, 'hand-over');
        well(await call(['upgrade', 'kept'], 'ingest', [...least, '--set', 'autoscaling.enabled=true']));
        same('replicas', await replicas('kept-ingest'), 4);
      },
    );
  }
}
