import { isMap, isScalar, isSeq } from 'yaml';
import { definitionsOf, fieldTypes, openedTypes } from './field.ts';
import type { Entry } from './tree.ts';

type Schema = Record<string, unknown>;

/** Sections of a service's values that `global.herald` may hold for all services. */
const SHARED = [
  'rabbitmq',
  'mongodb',
  'apiKeys',
  'secrets',
  'publicUrl',
  'bounceAddress',
  'telemetry',
  'trustedCa',
  'serviceMonitor',
  'podMonitor',
  'prometheusRule',
  'dashboards',
];

const TEXTS: Schema = { type: 'object', additionalProperties: { type: 'string' } };

/**
 * The schema of a value: from its comment, else derived from its default. Unknown keys are refused, because
 * they are mistyped. Throws for a value whose type nobody says.
 */
function schemaOf({ name, comment, node, entries }: Entry): Schema {
  const description = comment.description === '' ? {} : { description: comment.description };
  if (comment.texts) return { ...description, ...TEXTS };
  if (comment.field !== undefined)
    return { ...description, ...ofField(comment.field, comment.schema, isSeq(node)) };
  if (comment.schema !== undefined) return { ...description, ...comment.schema };
  if (isMap(node) && entries !== undefined)
    return { type: 'object', ...description, properties: propertiesOf(entries), additionalProperties: false };
  if (isScalar(node) && node.value !== null) return { ...description, type: scalarType(node.value) };
  throw new Error(`the value ${name} has no type: give it one by @schema, @field or @texts`);
}

/** The types of a field, of which `list` says that it holds several, with what `more` says beside. */
function ofField(field: string, more: Schema | undefined, list: boolean): Schema {
  const own = openedTypes(field);
  if (list) return own.type === 'array' ? own : { type: 'array', items: fieldTypes(field) };
  const properties = { ...(own.properties as Schema), ...(more?.properties as Schema | undefined) };
  return { ...own, ...more, properties };
}

const scalarType = (value: unknown): string =>
  typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;

const propertiesOf = (entries: readonly Entry[]): Schema =>
  Object.fromEntries(entries.map((entry) => [entry.name, schemaOf(entry)]));

function schemaNamed(entries: readonly Entry[], name: string): Schema {
  const entry = entries.find((one) => one.name === name);
  if (entry === undefined) throw new Error(`there is no value ${name}`);
  return schemaOf(entry);
}

/**
 * Keys that every chart accepts because a parent passes them on or Helm adds them. In `global`, only
 * `global.herald` and the three general keys are checked.
 */
function passedOn(common: readonly Entry[]): Schema {
  const shared = common.filter(({ name }) => SHARED.includes(name));
  return {
    global: {
      type: 'object',
      properties: {
        imageRegistry: { type: 'string' },
        imagePullSecrets: schemaNamed(common, 'imagePullSecrets'),
        commonLabels: TEXTS,
        herald: { type: 'object', additionalProperties: false, properties: propertiesOf(shared) },
      },
    },
    enabled: { type: 'boolean' },
    creator: { type: 'string' },
    library: { type: 'object' },
  };
}

/**
 * The schema of a chart's values, draft 7. `open` names sections that another chart checks.
 */
export const valuesSchema = (
  entries: readonly Entry[],
  common: readonly Entry[],
  open: readonly string[] = [],
): Schema => {
  const properties = {
    ...propertiesOf(entries.filter(({ name }) => name !== 'global' && !open.includes(name))),
    ...Object.fromEntries(open.map((name) => [name, { type: 'object' }])),
    ...passedOn(common),
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: false,
    properties,
    definitions: definitionsOf(properties),
  };
};
