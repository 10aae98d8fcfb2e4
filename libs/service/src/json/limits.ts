/** How deep objects and arrays may be in each other. */
export const MAX_JSON_DEPTH = 32;
