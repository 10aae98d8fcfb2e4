import { fromText } from '@herald/config';
import type { TSchema } from 'typebox';

interface Shape {
  readonly type?: unknown;
  readonly items?: TSchema;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, TSchema>>;
}

/**
 * Converts the text values of a query string or path to their schema's types, and adds defaults. A name given
 * once where a list is expected becomes a list of one; given twice where one value is expected it stays a
 * list, which validation refuses. Bodies are not converted: JSON has types.
 */
export function coerce(schema: TSchema, given: unknown): Record<string, unknown> {
  const { properties = {} } = schema as Shape;
  const values: Record<string, unknown> = { ...(given as Record<string, unknown>) };
  for (const [name, property] of Object.entries(properties)) {
    const value = coerceOne(property, values[name]);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function coerceOne(schema: TSchema, value: unknown): unknown {
  const { type, items = {}, default: fallback } = schema as Shape;
  if (value === undefined) return fallback;
  if (type === 'array') {
    return (Array.isArray(value) ? value : [value]).map((item) => coerceOne(items, item));
  }
  return typeof value === 'string' ? fromText(schema, value) : value;
}
