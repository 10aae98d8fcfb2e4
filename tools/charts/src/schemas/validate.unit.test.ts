import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createValidate } from './validate.ts';

const validate = createValidate('v1.35');
const faultsOf = (text: string): string[] => validate(parse(text));

const policy = (spec: string): string =>
  `{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: a }, spec: { ${spec} } }`;

test('known fields pass, both numbers and percentages', () => {
  expect(faultsOf(policy('maxUnavailable: 1'))).toEqual([]);
  expect(faultsOf(policy('maxUnavailable: 50%'))).toEqual([]);
});

test('an unknown field is found at any depth', () => {
  expect(faultsOf(policy('maxUnavailables: 1'))).toEqual([
    '/spec must NOT have additional properties {"additionalProperty":"maxUnavailables"}',
  ]);
  const pod =
    '{ apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { containers: [{ name: a, ' +
    'securityContext: { readOnly: true } }] } }';
  expect(faultsOf(pod)).toHaveLength(1);
  const metadata = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, label: {} } }';
  expect(faultsOf(metadata)).toHaveLength(1);
});

test('a field of the wrong type and a missing field are found', () => {
  expect(
    faultsOf('{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { port: 80 } }'),
  ).toHaveLength(1);
  const scaled = (spec: string): string =>
    '{ apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: { name: a }, spec: { ' +
    `scaleTargetRef: { name: a }${spec} } }`;
  expect(faultsOf(scaled(''))).toHaveLength(1);
  expect(faultsOf(scaled(', triggers: [{ type: cpu, metadata: { value: 70 } }]'))).toHaveLength(1);
  expect(faultsOf(scaled(", triggers: [{ type: cpu, metadata: { value: '70' } }]"))).toEqual([]);
});

test('a kind without a schema is a fault, not a pass', () => {
  expect(faultsOf('{ apiVersion: example.com/v1, kind: Thing, metadata: { name: a } }')).toEqual([
    'there is no schema for example.com/v1/Thing',
  ]);
});
