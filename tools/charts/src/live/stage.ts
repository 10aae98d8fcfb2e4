import { join } from 'node:path';
import type { Checks } from '../cluster/checks.ts';
import type { Helm } from '../helm/find.ts';
import type { Workspace } from '../helm/workspace.ts';
import { type Outcome, run, runWell } from '../run.ts';

export const RELEASE = 'herald';
export const NAMESPACE = 'herald';

/** A cluster that runs pods, with what the charts need in its namespace `herald`: `make deps-up`. */
export interface Stage {
  /** The context of kubectl and Helm. */
  readonly context: string;
  /** Values files of the release. */
  readonly files: readonly string[];
  readonly workspace: Workspace;
  readonly helm: Helm;
  readonly kubectl: string;
  readonly checks: Checks;
  say(line: string): void;
}

const MINUTES = 60_000;

/** Output of kubectl in the namespace. Throws what it says if it fails. */
export const kubectl = ({ context, kubectl: program }: Stage, args: readonly string[]): Promise<string> =>
  runWell(program, ['--context', context, '--namespace', NAMESPACE, ...args], { timeout: 12 * MINUTES });

/** The same; failing is a result. */
export const tryKubectl = ({ context, kubectl: program }: Stage, args: readonly string[]): Promise<Outcome> =>
  run(program, ['--context', context, '--namespace', NAMESPACE, ...args], { timeout: 12 * MINUTES });

/** Applies an object. */
export async function apply(stage: Stage, manifest: object): Promise<void> {
  const file = join(stage.workspace.path('herald'), 'applied.json');
  await stage.workspace.write(file, JSON.stringify(manifest));
  await kubectl(stage, ['apply', '--filename', file]);
}

/** Installs the release, or upgrades it, with values that are set beside those of its files. */
export const install = (stage: Stage, set: readonly string[]): Promise<Outcome> =>
  helm(stage, [
    ...['upgrade', '--install', RELEASE, stage.workspace.path('herald'), '--wait', '--timeout', '10m'],
    ...stage.files.flatMap((file) => ['--values', file]),
    ...set.flatMap((one) => ['--set', one]),
  ]);

export const helm = ({ context, helm: { program } }: Stage, args: readonly string[]): Promise<Outcome> =>
  run(program, [...args, '--kube-context', context, '--namespace', NAMESPACE], { timeout: 12 * MINUTES });

export const well = ({ code, stdout, stderr }: Outcome): string => {
  if (code !== 0) throw new Error(stderr.trim());
  return stdout;
};

/** Whether the cluster knows a kind of an extension: `scaledobjects.keda.sh`. */
export const hasKind = async (stage: Stage, name: string): Promise<boolean> =>
  (await tryKubectl(stage, ['get', 'crd', name])).code === 0;

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  }[];
}

/** The names of the pods with some labels, without those that end. */
export async function podsOf(stage: Stage, selector: string): Promise<string[]> {
  const { items }: Pods = JSON.parse(
    await kubectl(stage, ['get', 'pods', '--selector', selector, '--output', 'json']),
  );
  return items.flatMap(({ metadata: { name, deletionTimestamp } }) =>
    deletionTimestamp === undefined ? [name] : [],
  );
}
