import { basename, join, normalize } from 'node:path';
import { yaml } from './files.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly {
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
  }[];
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly resources?: { readonly requests?: object; readonly limits?: { readonly memory?: string } };
}

export interface Pod {
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly seccompProfile?: { readonly type: string };
  };
  readonly hostNetwork?: boolean;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly template?: { readonly spec: Pod }; readonly selector?: unknown };
}

interface Generator {
  readonly name: string;
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
}

interface Kustomization {
  readonly resources?: readonly string[];
  readonly secretGenerator?: readonly Generator[];
  readonly configMapGenerator?: readonly Generator[];
}

export interface Kustomized {
  readonly manifests: readonly Manifest[];
  /** The keys of the generated secrets, by name. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
  /** The files of the generated ConfigMaps and secrets, as paths. */
  readonly files: readonly string[];
}

/**
 * The result of a kustomization, with the folders that it names. Supports the part of kustomize that this
 * repository uses, and applies no patches.
 */
export function kustomized(folder: string): Kustomized {
  const [file = {}] = yaml<Kustomization>(join(folder, 'kustomization.yaml'));
  const manifests: Manifest[] = [];
  const secrets = new Map<string, readonly string[]>();
  const files: string[] = [];
  for (const resource of file.resources ?? []) {
    const path = normalize(join(folder, resource));
    if (path.endsWith('.yaml')) manifests.push(...yaml<Manifest>(path));
    else {
      const inner = kustomized(path);
      manifests.push(...inner.manifests);
      files.push(...inner.files);
      for (const [name, keys] of inner.secrets) secrets.set(name, keys);
    }
  }
  for (const generator of [...(file.secretGenerator ?? []), ...(file.configMapGenerator ?? [])]) {
    // `file`, or `key=file` for another name.
    files.push(...(generator.files ?? []).map((entry) => join(folder, entry.slice(entry.indexOf('=') + 1))));
  }
  for (const { name, literals = [], files: named = [] } of file.secretGenerator ?? []) {
    secrets.set(name, [
      ...literals.map((literal) => literal.split('=')[0] ?? ''),
      ...named.map((file) => basename(file)),
    ]);
  }
  return { manifests, secrets, files };
}

export const podsOf = ({ manifests }: Kustomized): (Pod & { readonly of: string })[] =>
  manifests.flatMap(({ kind, metadata, spec }) =>
    spec?.template === undefined ? [] : [{ ...spec.template.spec, of: `${kind}/${metadata.name}` }],
  );
