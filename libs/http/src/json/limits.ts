/** How deep objects and arrays may be in each other. */
export const MAX_JSON_DEPTH = 32;
/**
 * How many names an object may have. Reading an object costs more than its length: a mebibyte of short names
 * in one object, checked against a schema, would hold up everybody else for half a second.
 */
export const MAX_JSON_NAMES = 10_000;
