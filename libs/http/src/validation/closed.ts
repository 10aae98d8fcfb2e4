import type { TSchema } from 'typebox';

interface Shape {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly additionalProperties?: unknown;
  readonly items?: TSchema | readonly TSchema[];
  readonly anyOf?: readonly TSchema[];
}

/**
 * The schema with every object closed that names its properties and does not say whether it takes others: a
 * misspelt name is then a fault and not silently ignored. `additionalProperties: true` keeps one open, and
 * one that names no properties stays open. Parts of an intersection are left alone, for each of them sees the
 * others' names too.
 */
export function closed(schema: TSchema): TSchema {
  const { properties, additionalProperties, items, anyOf } = schema as Shape;
  const changes: Record<string, unknown> = {};
  if (properties !== undefined && Object.keys(properties).length > 0) {
    changes.properties = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, closed(property)]),
    );
    if (additionalProperties === undefined) changes.additionalProperties = false;
  }
  if (Array.isArray(items)) changes.items = items.map(closed);
  else if (items !== undefined) changes.items = closed(items as TSchema);
  if (anyOf !== undefined) changes.anyOf = anyOf.map(closed);
  // TypeBox keeps what a schema is in hidden properties, which a spread would lose.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema));
  return Object.assign(copy, changes);
}
