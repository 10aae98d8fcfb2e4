import { Ajv, type ValidateFunction } from 'ajv';
import type { Manifest } from '../manifests.ts';
import { readBundle } from './bundle.ts';

/** The oldest Kubernetes that the charts support, and the newest that they were checked with. */
export const kubernetesVersions = ['v1.30', 'v1.35'] as const;

const EXTENSIONS = ['keda', 'gateway-api', 'prometheus-operator'];

/** The faults of an object by its API's schema, unknown fields included; empty if there are none. */
export type Validate = (manifest: Manifest) => string[];

/**
 * A check by the schemas of one version of Kubernetes and of the known extensions. A kind without a schema is
 * a fault too.
 */
export function createValidate(version: (typeof kubernetesVersions)[number]): Validate {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, validateFormats: false });
  const kinds = new Map<string, string>();
  for (const name of [`kubernetes-${version}`, ...EXTENSIONS]) {
    const bundle = readBundle(name);
    ajv.addSchema({ $id: name, kinds: bundle.kinds, definitions: bundle.definitions });
    for (const id of Object.keys(bundle.kinds)) kinds.set(id, `${name}#/kinds/${id.replaceAll('/', '~1')}`);
  }
  const compiled = new Map<string, ValidateFunction>();
  return (manifest) => {
    const id = `${manifest.apiVersion}/${manifest.kind}`;
    const path = kinds.get(id);
    if (path === undefined) return [`there is no schema for ${id}`];
    const check = compiled.get(id) ?? ajv.compile({ $ref: path });
    compiled.set(id, check);
    if (check(manifest)) return [];
    return (check.errors ?? []).map(({ instancePath, message, params }) =>
      `${instancePath} ${message} ${JSON.stringify(params)}`.trim(),
    );
  };
}
