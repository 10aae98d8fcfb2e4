import { readBundle } from '../schemas/bundle.ts';
import { mapValues } from '../schemas/strict.ts';

type Schema = Record<string, unknown>;

const kubernetes = readBundle('kubernetes-v1.35');
const bundles = [kubernetes, ...['keda', 'gateway-api', 'prometheus-operator'].map(readBundle)];

/** Keywords of types. Others, such as patterns and lengths, would refuse a template before it is rendered. */
const KEPT = new Set(['$ref', 'type', 'properties', 'items', 'additionalProperties', 'required']);

/** A schema with types alone. */
function typesOf(schema: unknown): Schema {
  if (typeof schema !== 'object' || schema === null) throw new Error('a schema is an object');
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => KEPT.has(key))
      .map(([key, value]) => {
        if (key === 'properties') return [key, mapValues(value, typesOf)];
        return [
          key,
          key === 'items' || (key === 'additionalProperties' && value !== false) ? typesOf(value) : value,
        ];
      }),
  );
}

const referenced = (schema: unknown): string[] =>
  [...JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(([, name = '']) => name);

/** The schema itself, or the definition that it refers to. */
function resolved(schema: Schema): Schema {
  const [name] = typeof schema.$ref === 'string' ? referenced(schema) : [];
  return name === undefined ? schema : (kubernetes.definitions[name] ?? {});
}

const propertiesOf = (schema: Schema): Readonly<Record<string, Schema>> =>
  (resolved(schema).properties ?? {}) as Record<string, Schema>;

/**
 * The types of a field of Kubernetes or of an extension, by its kind and path: `Deployment
 * spec.template.spec.tolerations`. A path goes through lists as if they were their items. Throws if there is
 * no such field.
 */
export function fieldTypes(field: string): Schema {
  const [kind = '', path = ''] = field.split(' ');
  const [top] = bundles.flatMap(({ kinds }) =>
    Object.entries(kinds).flatMap(([id, schema]) => (id.endsWith(`/${kind}`) ? [schema] : [])),
  );
  let at: Schema | undefined = top;
  for (const name of path.split('.')) {
    const inside: Schema = at === undefined ? {} : resolved(at);
    at = propertiesOf(inside.type === 'array' ? (inside.items as Schema) : inside)[name];
  }
  if (at === undefined) throw new Error(`there is no field ${field}`);
  return typesOf(at);
}

/** The same, for a schema that adds to it: not a reference, and nothing required, as the chart may fill it. */
export function openedTypes(field: string): Schema {
  const { required: _, ...types } = typesOf(resolved(fieldTypes(field)));
  return types;
}

/** The definitions that a schema refers to, directly or by others. */
export function definitionsOf(schema: unknown): Record<string, Schema> {
  const found = new Map<string, Schema>();
  const follow = (from: unknown): void => {
    for (const name of referenced(from)) {
      const next = kubernetes.definitions[name];
      if (next === undefined) throw new Error(`there is no definition ${name}`);
      if (found.has(name)) continue;
      found.set(name, typesOf(next));
      follow(next);
    }
  };
  follow(schema);
  return Object.fromEntries([...found].sort(([a], [b]) => a.localeCompare(b)));
}
