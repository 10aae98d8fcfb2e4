import { isMap, isScalar, isSeq } from 'yaml';
import type { Entry } from './tree.ts';

type Schema = Record<string, unknown>;

/** Sections of a service's values that `global.herald` may hold for all services. */
const SHARED = [
  'rabbitmq',
  'mongodb',
  'apiKeys',
  'secrets',
  'publicUrl',
  'telemetry',
  'trustedCa',
  'serviceMonitor',
  'podMonitor',
  'prometheusRule',
  'dashboards',
];

/**
 * The schema of a value: from its comment, else derived from its default. Unknown keys are refused, because
 * they are mistyped.
 */
function schemaOf({ comment, node, entries }: Entry): Schema {
  const description = comment.description === '' ? {} : { description: comment.description };
  if (comment.schema !== undefined && !comment.open) return { ...description, ...comment.schema };
  const own = { ...description, ...(comment.schema ?? {}) };
  if (isMap(node)) {
    const open = comment.open || entries === undefined;
    const properties = open ? {} : { properties: propertiesOf(entries), additionalProperties: false };
    return { type: ['object'], ...own, ...properties, ...typeOf(own, 'object') };
  }
  if (isSeq(node)) return { ...own, type: 'array' };
  if (isScalar(node) && node.value !== null) return { ...own, type: scalarType(node.value) };
  return own;
}

const typeOf = (own: Schema, type: string): Schema => ({ type: 'type' in own ? own.type : type });

const scalarType = (value: unknown): string =>
  typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;

const propertiesOf = (entries: readonly Entry[]): Schema =>
  Object.fromEntries(entries.map((entry) => [entry.name, schemaOf(entry)]));

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
        imagePullSecrets: { type: 'array' },
        commonLabels: { type: 'object' },
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
): Schema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: false,
  properties: {
    ...propertiesOf(entries.filter(({ name }) => name !== 'global')),
    ...Object.fromEntries(open.map((name) => [name, { type: 'object' }])),
    ...passedOn(common),
  },
});
