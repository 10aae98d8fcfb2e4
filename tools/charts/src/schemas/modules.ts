import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWell } from '../run.ts';

/** An extension of Kubernetes, and the path of its CRDs in its module. */
export interface Extension {
  readonly name: string;
  readonly module: string;
  readonly folder: string;
  readonly kinds: readonly string[];
}

export const EXTENSIONS: readonly Extension[] = [
  {
    name: 'keda',
    module: 'github.com/kedacore/keda/v2@v2.21.0',
    folder: 'config/crd/bases',
    kinds: ['ScaledObject', 'TriggerAuthentication', 'ClusterTriggerAuthentication'],
  },
  {
    name: 'gateway-api',
    module: 'sigs.k8s.io/gateway-api@v1.5.1',
    folder: 'config/crd/standard',
    kinds: ['HTTPRoute'],
  },
  {
    name: 'prometheus-operator',
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    folder: 'example/prometheus-operator-crd',
    kinds: ['ServiceMonitor', 'PodMonitor', 'PrometheusRule'],
  },
];

/** The folder with the sources of a Go module; downloads it if necessary. */
export async function moduleFolder(module: string): Promise<string> {
  const empty = await mkdtemp(join(tmpdir(), 'herald-schemas-'));
  try {
    const stdout = await runWell('go', ['mod', 'download', '-json', module], { cwd: empty });
    return JSON.parse(stdout).Dir;
  } finally {
    await rm(empty, { recursive: true });
  }
}
