import { join } from 'node:path';
import { run } from '../run.ts';
import { same } from './checks.ts';
import { deployment, helmOf, makeNamespace, type Stage, scale, values, well } from './stage.ts';

/**
 * Shows that these checks can fail: pods that are not restricted are refused, and replicas beside a scaler
 * are undone.
 */
export async function controls(stage: Stage): Promise<void> {
  const namespace = 'controls';
  await makeNamespace(stage, namespace);
  const call = helmOf(stage, stage.helm4, namespace);
  await stage.checks.run('control: a pod that may gain privileges is refused', async () => {
    const options = [
      '--values',
      values('secrets'),
      '--set',
      'securityContext.allowPrivilegeEscalation=true',
      '--wait',
      '--timeout',
      '5s',
    ];
    await call(['install', 'loose'], 'ingest', options);
    const { status } = await deployment(stage, namespace, 'loose-ingest');
    const failure = status.conditions?.find(({ type }) => type === 'ReplicaFailure');
    same('refused', failure?.message.includes('violates PodSecurity "restricted'), true);
    await call(['uninstall', 'loose']);
  });
  await stage.checks.run('control: replicas beside what scales are a conflict', async () => {
    const least = ['--values', values('secrets')];
    well(await call(['install', 'fixed'], 'ingest', least));
    await scale(stage, namespace, 'fixed-ingest', 7);
    const { code, stderr } = await call(['upgrade', 'fixed'], 'ingest', [
      ...least,
      '--set',
      'replicaCount=3',
    ]);
    const refused = code !== 0 && stderr.includes('conflict') && stderr.includes('.spec.replicas');
    if (!refused) throw new Error(`it was not refused: ${stderr}`);
  });
  await stage.checks.run('control: a variable that stands twice is refused by the API server', async () => {
    const { stdout } = well(
      await stage.workspace.template(stage.helm4, 'ingest', { files: [values('secrets')] }),
    );
    const twice = stdout.replace(
      /^( *)- name: LOG_LEVEL$/m,
      '$1- name: LOG_LEVEL\n$1  value: warn\n$1- name: LOG_LEVEL',
    );
    same('whether it stands twice', twice !== stdout, true);
    const file = join(stage.workspace.path('ingest'), 'twice.yaml');
    await stage.workspace.write(file, twice);
    const args = [
      '--kubeconfig',
      stage.plane.kubeconfig,
      'apply',
      '--server-side',
      '--dry-run=server',
      '--filename',
      file,
    ];
    const { code, stderr } = await run(stage.kubectl, args);
    if (code === 0 || !stderr.includes('duplicate entries for key'))
      throw new Error(`it was not refused: ${stderr}`);
  });
}
