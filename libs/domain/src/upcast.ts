import { EVENT_SCHEMA, type Event } from './event.ts';

/** An event of a shape that this version does not know: a newer version wrote it. */
export class UnknownSchemaError extends Error {
  readonly code = 'unknown_schema';
}

/**
 * The event in today's shape. Every event read from the log passes through here; no other code knows an old
 * shape. A new shape raises `EVENT_SCHEMA`, adds a case that converts the shape before it and falls through,
 * and adds a golden file. Throws `UnknownSchemaError` for a newer shape.
 */
export function upcast<E extends Event>(event: E): E {
  switch (event.schema) {
    case EVENT_SCHEMA:
      return event;
    default:
      throw new UnknownSchemaError(`no event shape ${event.schema}: the newest known is ${EVENT_SCHEMA}`);
  }
}
