import { join } from 'node:path';
import type { ChartName } from '../charts.ts';
import type { Helm } from '../helm/find.ts';
import type { Workspace } from '../helm/workspace.ts';
import { type Outcome, run } from '../run.ts';
import type { Checks } from './checks.ts';
import type { ControlPlane } from './control-plane.ts';

export interface Stage {
  readonly plane: ControlPlane;
  readonly workspace: Workspace;
  readonly kubectl: string;
  readonly helm4: Helm;
  readonly helm3: Helm;
  readonly checks: Checks;
}

export const values = (name: string): string => join(import.meta.dirname, '../../values', `${name}.yaml`);
const LEAST = ['--values', values('secrets-herald')];
export const SCALED = [...LEAST, '--set', 'ingest.autoscaling.enabled=true'];
/** The path of a Deployment. */
export const pathOf = (namespace: string, name: string): string =>
  `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;

/** A namespace that admits only what the standard `restricted` allows. */
export async function makeNamespace({ plane }: Stage, name: string): Promise<void> {
  const labels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'latest',
  };
  await plane.api.post('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  });
}

export const helmOf =
  ({ plane, workspace }: Stage, helm: Helm, namespace: string) =>
  (command: string[], chart?: ChartName, options: readonly string[] = []): Promise<Outcome> => {
    const where = ['--kubeconfig', plane.kubeconfig, '--namespace', namespace];
    const path = chart === undefined ? [] : [workspace.path(chart)];
    return run(helm.program, [...command, ...path, ...where, ...options], { timeout: 120_000 });
  };

export const well = (outcome: Outcome): Outcome => {
  if (outcome.code !== 0) throw new Error(`Helm said: ${outcome.stderr.trim()}`);
  return outcome;
};

interface Deployed {
  readonly spec: { readonly replicas: number };
  readonly status: {
    readonly readyReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  };
}

export const deployment = ({ plane }: Stage, namespace: string, name: string): Promise<Deployed> =>
  plane.api.get(pathOf(namespace, name));

/** Scales as the controller of a HorizontalPodAutoscaler does, through the same subresource. */
export const scale = ({ plane }: Stage, namespace: string, name: string, replicas: number): Promise<void> =>
  plane.api.patch(`${pathOf(namespace, name)}/scale`, { spec: { replicas } }, 'kube-controller-manager');
