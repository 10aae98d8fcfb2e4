/** How deep objects and arrays may be nested. */
export const MAX_JSON_DEPTH = 32;
/**
 * How many names an object may have. Reading an object costs more than its length: 1 MiB of short names in
 * one object, checked against a schema, would block the event loop for half a second.
 */
export const MAX_JSON_NAMES = 10_000;
