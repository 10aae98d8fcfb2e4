import { cp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cache, exists, inMakingFolder } from '../helm/cache.ts';
import { runWell } from '../run.ts';

const SOURCES = join(import.meta.dirname, '../../control-plane');
const KUBERNETES = ['kube-apiserver', 'kube-controller-manager'];
/**
 * The version of the modules in `control-plane`. Charts ignore a program that does not report its own
 * version.
 */
const VERSION = 'v1.35.4';
const BUILD_TIMEOUT = 3_600_000;

export interface Programs {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
}

/**
 * The programs of a control plane: from the folder KUBEBUILDER_ASSETS, else from an earlier build on this
 * machine, else built now from their Go modules, which takes some ten minutes on two processors. Throws if Go
 * is missing.
 */
export async function findPrograms(say: (line: string) => void): Promise<Programs> {
  const given = process.env.KUBEBUILDER_ASSETS;
  const folder = given === undefined || given === '' ? cache : given;
  if (folder === cache) await buildMissing(say);
  const [etcd, apiServer, controllerManager] = ['etcd', ...KUBERNETES].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  return { etcd, apiServer, controllerManager };
}

async function buildMissing(say: (line: string) => void): Promise<void> {
  for (const name of KUBERNETES) await buildUnlessThere(name, '.', `k8s.io/kubernetes/cmd/${name}`, say);
  await buildUnlessThere('etcd', 'etcd', 'go.etcd.io/etcd/server/v3', say);
}

async function buildUnlessThere(
  name: string,
  module: string,
  source: string,
  say: (line: string) => void,
): Promise<void> {
  if (await exists(join(cache, name))) return;
  say(`Building ${name}, once on this machine; it takes minutes`);
  await inMakingFolder(async (folder) => {
    await cp(join(SOURCES, module), join(folder, 'module'), { recursive: true });
    const args = [
      'build',
      '-mod=mod',
      '-trimpath',
      `-ldflags=-s -w -X k8s.io/component-base/version.gitVersion=${VERSION}`,
      '-o',
      join(folder, name),
      source,
    ];
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' };
    await runWell('go', args, { cwd: join(folder, 'module'), env, timeout: BUILD_TIMEOUT });
    await rename(join(folder, name), join(cache, name));
  });
}
