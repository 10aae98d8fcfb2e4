import type { ApiSchema } from './bundle.ts';

/**
 * What only describes, or says what JSON Schema has no word for. Rules in CEL (`x-kubernetes-validations`) go
 * with it.
 */
const LEFT_OUT = /^(description|format|example|externalDocs|title|default|x-.*)$/;
const MAPS_OF_SCHEMAS = new Set(['properties', 'definitions', 'patternProperties']);

/** An API's schema as one for a check: whatever has named fields has no others. */
export function strict(schema: ApiSchema): ApiSchema {
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') {
    return { type: ['integer', 'string'] };
  }
  const kept = Object.entries(schema).filter(([key]) => !LEFT_OUT.test(key));
  const made: ApiSchema = Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      MAPS_OF_SCHEMAS.has(key)
        ? mapValues(value as ApiSchema, (one) => strict(one as ApiSchema))
        : inside(value),
    ]),
  );
  if (
    'properties' in made &&
    !('additionalProperties' in made) &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true
  ) {
    made.additionalProperties = false;
  }
  if (schema.nullable === true && typeof made.type === 'string') made.type = [made.type, 'null'];
  delete made.nullable;
  // Go's way of saying that case means nothing; JavaScript says it of a group.
  if (typeof made.pattern === 'string') made.pattern = made.pattern.replace(/\(\?i\)(.*)$/, '(?i:$1)');
  return made;
}

const inside = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inside);
  return typeof value === 'object' && value !== null ? strict(value as ApiSchema) : value;
};

export const mapValues = <T, U>(
  from: Readonly<Record<string, T>>,
  change: (value: T) => U,
): Record<string, U> => Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));
