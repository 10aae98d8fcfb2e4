import { writeJson } from '@herald/domain';

/**
 * How deep values are nested as they are; MongoDB takes 100 levels. And how many values a document may have:
 * for each the driver takes several times as long as JSON, and it must not block the process.
 */
const MAX_DEPTH = 60;
const MAX_VALUES = 5_000;

const DOT = 0x2e;
const DOLLAR = 0x24;
const UNDERSCORE = 0x5f;
const SURROGATES = 0xd800;
const RESERVED: ReadonlySet<string> = new Set(['_id', '_bsontype', '__proto__']);

/** A document as fields of BSON. */
export interface Native {
  readonly fields: Record<string, unknown>;
  /** False: something in it is not as it was, see `toNative`. */
  readonly isExact: boolean;
}

/**
 * A copy of a document as BSON can hold it on every server, with JSON's idea of dates, undefined and NaN;
 * undefined if it has too many values. What no server, or not every server, gives back as it was is replaced
 * by something that people can still read and search, and the copy is not exact:
 *
 * - names that are empty, begin with `$`, hold a dot or U+0000, or mean something to a server or the driver
 *   (`_id`, `_bsontype`, `__proto__`): these characters are percent-encoded;
 * - integers beyond 64 bits, lists in lists, and what is nested deeper than 60 levels: their JSON as text;
 * - half surrogate pairs: U+FFFD.
 */
export function toNative(doc: object): Native | undefined {
  const walk: Walk = { values: 0, isExact: true };
  const fields = copyObject(doc, 0, walk);
  return walk.values > MAX_VALUES ? undefined : { fields, isExact: walk.isExact };
}

interface Walk {
  values: number;
  isExact: boolean;
}

function copyObject(object: object, depth: number, walk: Walk): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(object)) {
    const value = copyOf((object as Record<string, unknown>)[name], depth + 1, walk);
    if (value !== undefined) copy[isPlainName(name) ? name : readableName(name, walk)] = value;
  }
  return copy;
}

function copyOf(value: unknown, depth: number, walk: Walk): unknown {
  walk.values += 1;
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : inexact(value.toWellFormed(), walk);
    case 'number':
      // There is one zero only.
      return Number.isFinite(value) ? value || 0 : null;
    case 'boolean':
      return value;
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) return inexact(String(value), walk);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'object':
      return value === null ? null : copyPart(value, depth, walk);
    default:
      return undefined;
  }
}

function copyPart(value: object, depth: number, walk: Walk): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function') return copyOf(value.toJSON(), depth, walk);
  if (walk.values > MAX_VALUES) return undefined;
  if (depth > MAX_DEPTH) return inexact(writeJson(value), walk);
  return Array.isArray(value) ? copyList(value, depth, walk) : copyObject(value, depth, walk);
}

const copyList = (list: readonly unknown[], depth: number, walk: Walk): unknown[] =>
  list.map((item) =>
    Array.isArray(item) ? inexact(writeJson(item), walk) : (copyOf(item, depth + 1, walk) ?? null),
  );

function inexact(text: string, walk: Walk): string {
  walk.isExact = false;
  return text;
}

/** A loop, because it runs for every name of every document that is written. */
function isPlainName(name: string): boolean {
  for (let n = 0; n < name.length; n += 1) {
    const code = name.charCodeAt(n);
    if (code === DOT || code === 0 || (code >= SURROGATES && !name.isWellFormed())) return false;
  }
  const first = name.charCodeAt(0);
  return first !== DOLLAR && (first === UNDERSCORE ? !RESERVED.has(name) : name !== '');
}

function readableName(name: string, walk: Walk): string {
  walk.isExact = false;
  if (name === '') return '%';
  return name
    .toWellFormed()
    .replaceAll('.', '%2E')
    .replaceAll('\u0000', '%00')
    .replace(/^\$/, '%24')
    .replace(/^_(?=id$|bsontype$|_proto__$)/, '%5F');
}
