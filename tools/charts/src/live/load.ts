import { readFile } from 'node:fs/promises';
import { apply, kubectl, RELEASE, type Stage, tryKubectl } from './stage.ts';

const NAME = `${RELEASE}-load`;

interface Result {
  readonly accepted: number;
  /** A status or an error for each event that was not accepted. */
  readonly refused: readonly string[];
  /** Accepted events that were not in the log two minutes after the last. */
  readonly missing: number;
}

interface PodSpec {
  readonly securityContext: object;
  readonly containers: readonly Container[];
}

interface Container {
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly securityContext: object;
}

const variable = (name: string, value: string) => ({ name, value });

/**
 * Sends events through the Service for some seconds, from a pod of ingest's image. `ended` resolves with the
 * result once the log has what was accepted.
 */
export async function startLoad(stage: Stage, seconds: number): Promise<{ ended(): Promise<Result> }> {
  const program = await readFile(new URL('./load-program.ts', import.meta.url), 'utf8');
  const found = await kubectl(stage, ['get', `deployment/${RELEASE}-ingest`, '--output', 'json']);
  const { securityContext, containers }: PodSpec = JSON.parse(found).spec.template.spec;
  const [service] = containers;
  if (service === undefined) throw new Error('ingest has no container');
  await kubectl(stage, ['delete', 'pod', NAME, '--ignore-not-found']);
  await apply(stage, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: NAME },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext,
      containers: [
        {
          name: 'load',
          image: service.image,
          imagePullPolicy: service.imagePullPolicy,
          securityContext: service.securityContext,
          command: ['node', '--input-type=module-typescript', '--eval', program],
          env: [
            variable('INGEST_URL', `http://${RELEASE}-ingest`),
            variable('EVENT_HANDLER_URL', `http://${RELEASE}-event-handler`),
            variable('SECONDS', String(seconds)),
            // The secret of `helm test`: see k8s/environments/dev.
            {
              name: 'API_KEY',
              valueFrom: { secretKeyRef: { name: `${RELEASE}-test`, key: 'api-key' } },
            },
          ],
          resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '192Mi' } },
        },
      ],
    },
  });
  await kubectl(stage, ['wait', `pod/${NAME}`, '--for=condition=Ready', '--timeout=2m']);
  return {
    async ended() {
      const wait = ['wait', `pod/${NAME}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=5m'];
      const { code } = await tryKubectl(stage, wait);
      const log = await kubectl(stage, ['logs', NAME]);
      if (code !== 0) throw new Error(`the load did not end well: ${log}`);
      await kubectl(stage, ['delete', 'pod', NAME]);
      return JSON.parse(log.trim().split('\n').at(-1) ?? '');
    },
  };
}
