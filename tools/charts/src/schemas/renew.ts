import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type ApiSchema, type Bundle, bundleFile } from './bundle.ts';
import { EXTENSIONS, type Extension, moduleFolder } from './modules.ts';
import { mapValues, strict } from './strict.ts';

/**
 * Regenerates the schemas in this folder from the modules that publish the APIs; needs Go. They are stored in
 * the repository, so that a check needs no network, and contain only what the charts use, without
 * descriptions.
 */
const KUBERNETES = ['v1.30.14', 'v1.35.4'];
const CORE = [
  'v1/ConfigMap',
  'v1/Pod',
  'v1/Secret',
  'v1/Service',
  'v1/ServiceAccount',
  'apps/v1/Deployment',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'batch/v1/Job',
  'networking.k8s.io/v1/Ingress',
  'networking.k8s.io/v1/NetworkPolicy',
  'policy/v1/PodDisruptionBudget',
];
/** The definitions that some schemas reference, directly or indirectly. */
function reached(
  from: readonly ApiSchema[],
  all: Readonly<Record<string, ApiSchema>>,
): Record<string, ApiSchema> {
  const found = new Map<string, ApiSchema>();
  const follow = (schema: unknown): void => {
    for (const [, name = ''] of JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)) {
      const next = all[name];
      if (next === undefined || found.has(name)) continue;
      found.set(name, next);
      follow(next);
    }
  };
  for (const schema of from) follow(schema);
  return Object.fromEntries([...found].sort(([a], [b]) => a.localeCompare(b)));
}

async function kubernetes(version: string): Promise<Bundle> {
  const module = `k8s.io/kubernetes@${version}`;
  const file = join(await moduleFolder(module), 'api/openapi-spec/swagger.json');
  const { definitions }: { definitions: Record<string, ApiSchema> } = JSON.parse(
    await readFile(file, 'utf8'),
  );
  const strictly = mapValues(definitions, strict);
  strictly['io.k8s.apimachinery.pkg.api.resource.Quantity'] = { type: ['string', 'number'] };
  const kinds: Record<string, ApiSchema> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const ids = (definition['x-kubernetes-group-version-kind'] ?? []) as {
      group: string;
      version: string;
      kind: string;
    }[];
    for (const { group, version: of, kind } of ids) {
      const id = [group, of, kind].filter((part) => part !== '').join('/');
      if (CORE.includes(id)) kinds[id] = { $ref: `#/definitions/${name}` };
    }
  }
  return { source: module, kinds, definitions: reached(Object.values(kinds), strictly) };
}

interface CustomResource {
  readonly kind: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: ApiSchema };
    }[];
  };
}

async function extension({ module, folder, kinds: wanted }: Extension): Promise<Bundle> {
  const directory = join(await moduleFolder(module), folder);
  const kinds: Record<string, ApiSchema> = {};
  for (const file of (await readdir(directory)).sort()) {
    for (const document of parseAllDocuments(await readFile(join(directory, file), 'utf8'))) {
      const resource: CustomResource | null = document.toJSON();
      if (resource?.kind !== 'CustomResourceDefinition' || !wanted.includes(resource.spec.names.kind))
        continue;
      for (const { name, schema } of resource.spec.versions) {
        kinds[`${resource.spec.group}/${name}/${resource.spec.names.kind}`] = strict(schema.openAPIV3Schema);
      }
    }
  }
  return { source: module, kinds, definitions: {} };
}

const write = (name: string, bundle: Bundle): Promise<void> =>
  writeFile(bundleFile(name), `${JSON.stringify(bundle)}\n`);

for (const version of KUBERNETES)
  await write(`kubernetes-${version.split('.').slice(0, 2).join('.')}`, await kubernetes(version));
for (const one of EXTENSIONS) await write(one.name, await extension(one));
