import { EVENT_SCHEMA, type Event } from './event.ts';

/** An event of a shape this version does not know: written by a newer one. Nothing can be said of it. */
export class UnknownSchemaError extends Error {
  readonly code = 'unknown_schema';
}

/**
 * The event in today's shape. Every event that comes out of the log passes here, and nowhere else is an old
 * shape known. A new shape raises `EVENT_SCHEMA`, adds a case that turns the one before into it and falls
 * through, and a golden file beside those there are. Throws `UnknownSchemaError` for a shape from the future.
 */
export function upcast<E extends Event>(event: E): E {
  switch (event.schema) {
    case EVENT_SCHEMA:
      return event;
    default:
      throw new UnknownSchemaError(`no event shape ${event.schema}: the newest known is ${EVENT_SCHEMA}`);
  }
}
