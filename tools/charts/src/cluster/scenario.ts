import { join } from 'node:path';
import { charts } from '../charts.ts';
import type { Helm } from '../helm/find.ts';
import { cases } from '../matrix.ts';
import { run, runWell } from '../run.ts';
import { EXTENSIONS, moduleFolder } from '../schemas/modules.ts';
import { same } from './checks.ts';
import { deployment, helmOf, makeNamespace, SCALED, type Stage, scale, values, well } from './stage.ts';

export async function extensions({ plane, kubectl, checks }: Stage): Promise<void> {
  await checks.run('the definitions of KEDA, Gateway API and Prometheus operator are taken', async () => {
    for (const { module, folder } of EXTENSIONS) {
      const directory = join(await moduleFolder(module), folder);
      await runWell(kubectl, [
        '--kubeconfig',
        plane.kubeconfig,
        'apply',
        '--server-side',
        '--filename',
        directory,
      ]);
    }
    const kinds = [
      'scaledobjects.keda.sh',
      'httproutes.gateway.networking.k8s.io',
      'servicemonitors.monitoring.coreos.com',
    ];
    const wait = [
      'wait',
      '--for=condition=Established',
      '--timeout=60s',
      ...kinds.map((kind) => `crd/${kind}`),
    ];
    await runWell(kubectl, ['--kubeconfig', plane.kubeconfig, ...wait]);
  });
}

/**
 * Sends everything that is rendered through the API server: defaults, admission, and the CEL rules that no
 * schema here contains.
 */
export async function takesEverything(stage: Stage): Promise<void> {
  const { plane, workspace, helm4, kubectl, checks } = stage;
  await makeNamespace(stage, 'herald');
  const high = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high' },
    value: 1000,
  };
  await plane.api.post('/apis/scheduling.k8s.io/v1/priorityclasses', high);
  for (const { chart, name, files } of cases) {
    await checks.run(`${chart}, ${name}: the API server takes all of it`, async () => {
      const manifests = join(workspace.path(chart), `${chart}-rendered.yaml`);
      const { stdout } = well(await workspace.template(helm4, chart, { files }));
      await workspace.write(manifests, stdout);
      const apply = [
        'apply',
        '--server-side',
        '--dry-run=server',
        '--validate=strict',
        '--filename',
        manifests,
      ];
      const { code, stderr } = await run(kubectl, ['--kubeconfig', plane.kubeconfig, ...apply]);
      // Pod security only warns about a workload's pods, and refuses the pods themselves.
      if (code !== 0 || stderr.includes('violate PodSecurity')) throw new Error(stderr.trim());
    });
  }
}

export async function lifeOfRelease(stage: Stage, helm: Helm): Promise<void> {
  const { plane, checks } = stage;
  const namespace = `life-${helm.major}`;
  const call = helmOf(stage, helm, namespace);
  const title = (what: string): string => `Helm ${helm.major}: ${what}`;
  await makeNamespace(stage, namespace);
  await checks.run(
    title('installs into a restricted namespace, hook and all, and all pods are admitted'),
    async () => {
      well(await call(['install', 'herald'], 'herald', [...SCALED, '--wait', '--timeout', '60s']));
      for (const name of charts.filter((chart) => chart !== 'herald')) {
        const { spec, status } = await deployment(stage, namespace, `herald-${name}`);
        same(`ready replicas of ${name}`, status.readyReplicas, spec.replicas);
      }
    },
  );
  await checks.run(title('runs the tests of the charts'), async () => {
    const { stdout } = well(await call(['test', 'herald', '--timeout', '60s']));
    same('tests that succeeded', stdout.match(/Phase: +Succeeded/g)?.length, 4);
  });
  await checks.run(title('an upgrade leaves the replicas that a scaler has set'), async () => {
    await scale(stage, namespace, 'herald-ingest', 7);
    well(
      await call(['upgrade', 'herald'], 'herald', [
        ...SCALED,
        '--set',
        'ingest.config.logLevel=debug',
        '--wait',
        '--timeout',
        '90s',
      ]),
    );
    same('replicas', (await deployment(stage, namespace, 'herald-ingest')).spec.replicas, 7);
  });
  await checks.run(title('a variable of the user over one of the chart is no conflict'), async () => {
    const extra = ['--set', 'ingest.extraEnv[0].name=LOG_LEVEL,ingest.extraEnv[0].value=warn'];
    well(await call(['upgrade', 'herald'], 'herald', [...SCALED, ...extra, '--wait', '--timeout', '90s']));
    same('replicas', (await deployment(stage, namespace, 'herald-ingest')).spec.replicas, 7);
  });
  await checks.run(
    title('a second release of the same chart stands beside it, with pods of its own'),
    async () => {
      well(
        await call(['install', 'other'], 'ingest', [
          '--values',
          values('secrets'),
          '--wait',
          '--timeout',
          '60s',
        ]),
      );
      const { items } = await plane.api.get<{ items: { metadata: { name: string } }[] }>(
        `/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io/name%3Dingest,app.kubernetes.io/instance%3Dother`,
      );
      same(
        'its pods',
        items.every(({ metadata }) => metadata.name.startsWith('other-ingest-')) && items.length,
        2,
      );
      well(await call(['uninstall', 'other']));
    },
  );
  await checks.run(title('uninstalling leaves nothing'), async () => {
    well(await call(['uninstall', 'herald', '--wait', '--timeout', '60s']));
    const kinds =
      'deployments,services,serviceaccounts,jobs,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,configmaps';
    const { stdout } = await run(stage.kubectl, [
      '--kubeconfig',
      plane.kubeconfig,
      '--namespace',
      namespace,
      'get',
      kinds,
      '--output=name',
    ]);
    const left = stdout
      .split('\n')
      .filter((line) => line !== '' && !/serviceaccount\/default|kube-root-ca/.test(line));
    same('what is left', left, []);
  });
}
