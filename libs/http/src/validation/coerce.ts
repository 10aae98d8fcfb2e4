import { fromText } from '@herald/config';
import type { TSchema } from 'typebox';

interface Shape {
  readonly type?: unknown;
  readonly items?: TSchema;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, TSchema>>;
}

/**
 * The text values of a query string or path as their schema's types, with its defaults. A name given once is
 * a list of one where a list is wanted; given twice where one is wanted it stays a list, which validation
 * refuses. Bodies never come here: JSON has types of its own.
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
