import type { ApiSchema } from './bundle.ts';

/**
 * Keywords that only describe, or that JSON Schema does not have. CEL rules (`x-kubernetes-validations`) are
 * dropped with them.
 */
const LEFT_OUT = /^(description|format|example|externalDocs|title|default|x-.*)$/;
const MAPS_OF_SCHEMAS = new Set(['properties', 'definitions', 'patternProperties']);

/** An API's schema for a strict check: objects with named fields allow no others. */
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
  // Go's inline flag for ignoring case; JavaScript allows it only for a group.
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
