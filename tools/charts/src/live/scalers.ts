import { hasKind, install, kubectl, RELEASE, type Stage, tryKubectl, well } from './stage.ts';

/** Waits until a scaler reads its metrics. */
const isActive = (stage: Stage, hpa: string): Promise<string> =>
  kubectl(stage, ['wait', `hpa/${hpa}`, '--for=condition=ScalingActive', '--timeout=3m']);

export async function scalers(stage: Stage): Promise<void> {
  const { checks, say } = stage;
  const metrics = await tryKubectl(stage, ['get', 'apiservice', 'v1beta1.metrics.k8s.io']);
  if (metrics.code !== 0) say('  - there is no metrics-server: the HorizontalPodAutoscaler is not tried');
  else
    await checks.run('a HorizontalPodAutoscaler reads the processor time of ingest', async () => {
      well(await install(stage, ['ingest.autoscaling.enabled=true', 'ingest.autoscaling.minReplicas=1']));
      await isActive(stage, `${RELEASE}-ingest`);
    });
  if (!(await hasKind(stage, 'scaledobjects.keda.sh'))) return say('  - there is no KEDA: it is not tried');
  await checks.run('KEDA reads the queue of event-handler', async () => {
    const keda = [
      'enabled=true',
      'minReplicaCount=1',
      'maxReplicaCount=2',
      'targetCPUUtilizationPercentage=null',
    ];
    const url = `http://rabbitmq.${RELEASE}.svc.cluster.local:15672`;
    const set = [
      ...keda.map((one) => `event-handler.keda.${one}`),
      `global.herald.rabbitmq.managementUrl=${url}`,
    ];
    well(await install(stage, set));
    const scaled = `scaledobject/${RELEASE}-event-handler`;
    await kubectl(stage, ['wait', scaled, '--for=condition=Ready', '--timeout=3m']);
    await isActive(stage, `keda-hpa-${RELEASE}-event-handler`);
  });
}
