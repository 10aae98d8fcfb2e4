import { expect, test } from 'vitest';
import { fieldTypes } from './field.ts';
import { generateValues } from './generate.ts';
import { valuesSchema } from './schema.ts';
import { entriesOf, mapOf, readSource } from './tree.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
}

/** The paths in a schema at which anything would be taken. */
function untyped(schema: Schema, path: string): string[] {
  if (schema.$ref ?? schema.enum ?? schema.anyOf) return [];
  const { properties = {}, items, additionalProperties: others } = schema;
  const types = [schema.type ?? []].flat();
  const isOpen =
    types.length === 0 ||
    (types.includes('object') && schema.properties === undefined && typeof others !== 'object') ||
    (types.includes('array') && items === undefined);
  return [
    ...(isOpen ? [path] : []),
    ...Object.entries(properties).flatMap(([name, inner]) => untyped(inner, `${path}.${name}`)),
    ...(items === undefined ? [] : untyped(items, `${path}[]`)),
    ...(typeof others === 'object' ? untyped(others, `${path}.*`) : []),
  ];
}

/** Anything, for Kubernetes too. */
const FIELDS = 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1';

const files = (await generateValues()).filter(({ path }) => path.endsWith('values.schema.json'));

test.each(files)('$path says of every value what type it has', ({ path, text }) => {
  const schema: Schema = JSON.parse(text);
  const definitions = Object.entries(schema.definitions ?? {});
  const open = [...untyped(schema, ''), ...definitions.flatMap(([name, one]) => untyped(one, name))];
  // `library` is Helm's; a user's objects can be anything; the umbrella's services have their own schema.
  const services = ['.ingest', '.event-handler', '.campaign-runner', '.messaging'];
  const known = path.startsWith('herald/') ? services : [FIELDS, '.extraObjects[]'];
  expect(open.sort()).toEqual([...known, '.library'].sort());
});

const schemaOf = (text: string) => {
  const source = readSource(text);
  return valuesSchema(entriesOf(mapOf(source), source.commentBefore), entriesOf(mapOf(readSource(COMMON))));
};
const COMMON = '# @texts\nimagePullSecrets: {}\n';

test('the source of a value with an empty default must say its type', () => {
  expect(() => schemaOf('a: {}')).toThrow(
    'the value a has no type: give it one by @schema, @field or @texts',
  );
  expect(() => schemaOf('a: { b: [] }')).toThrow('the value b has no type');
  expect(() => schemaOf('# @texts\na: {}')).not.toThrow();
});

test('a field has the types of Kubernetes, and nothing that would refuse a template', () => {
  expect(fieldTypes('HTTPRoute spec.hostnames')).toEqual({ type: 'array', items: { type: 'string' } });
  expect(fieldTypes('Deployment spec.template.spec.affinity')).toEqual({
    $ref: '#/definitions/io.k8s.api.core.v1.Affinity',
  });
});

test('a field that no kind has is a mistake of the source', () => {
  expect(() => fieldTypes('Deployment spec.template.spec.tolerations.efect')).toThrow('there is no field');
  expect(() => fieldTypes('Deploiment spec')).toThrow('there is no field Deploiment spec');
});
