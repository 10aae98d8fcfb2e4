import type { TSchema } from 'typebox';

interface Shape {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly additionalProperties?: unknown;
  readonly items?: TSchema | readonly TSchema[];
  readonly anyOf?: readonly TSchema[];
}

/**
 * The schema with its objects closed, so that a misspelt name is a fault and not ignored. An object stays
 * open if it sets `additionalProperties: true` or names no properties. Parts of an intersection are left
 * alone, since each also sees the others' names.
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
  // TypeBox keeps data in hidden properties of a schema, which a spread would lose.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema));
  return Object.assign(copy, changes);
}
