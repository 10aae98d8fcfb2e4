/** What `it` holds. A layout's `it` also has the `body` it goes around. */
export const DATA_NAMES = [
  'prospect',
  'company',
  'campaign',
  'event',
  'enrollment',
  'message',
  'links',
] as const;

const LOCAL = /^[A-Za-z_][A-Za-z0-9_]*$/;
const INHERITED = new Set([
  'constructor',
  'prototype',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
]);

/** Whether a template may declare a name. ASCII only, so that no two names look alike. */
export const isLocalName = (name: string): boolean => LOCAL.test(name);

/** Names that lead to a prototype wherever prototypes are: refused although a template's values have none. */
export const isForbiddenKey = (name: string): boolean => INHERITED.has(name) || name.startsWith('__');
