import { readLongNumbers } from './long-numbers.ts';

export { UnfitNumber } from './long-numbers.ts';

/**
 * What JSON holds. An integer beyond 2⁵³ is a `bigint`, so that it keeps every digit; all other numbers are
 * numbers.
 */
export type JsonValue = string | number | bigint | boolean | null | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `JSON.rawJSON` writes a number as it is; TypeScript's own types lack it. */
interface ExactJson {
  rawJSON(text: string): unknown;
}
const exact = JSON as unknown as ExactJson;

/** Without such a run of digits no number is beyond 2⁵³: `JSON.parse` will do. */
const MANY_DIGITS = /\d{16}/;
/**
 * The value of a JSON text with every digit of its integers. With `strict`, an `UnfitNumber` stands where a
 * number has digits before its point that are lost in double precision and is no integer of up to 40 digits.
 * Throws a `SyntaxError` as `JSON.parse` does.
 */
export function readJson(text: string, { strict = false } = {}): unknown {
  return MANY_DIGITS.test(text) ? readLongNumbers(text, strict) : JSON.parse(text);
}

/**
 * JSON text with every digit of its integers; undefined for what has none, as `JSON.stringify`. A double
 * beyond 2⁵³ is written with an exponent, so that it is read back as a double.
 */
export function writeJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    // It does not take a `bigint`; anything else that it does not take fails again below.
    if (!(error instanceof TypeError)) throw error;
  }
  if (text !== undefined && !MANY_DIGITS.test(text)) return text;
  return JSON.stringify(value, (_key, part: unknown) => exactly(part));
}

/** A value as `JSON.stringify` must see it to write integers with all their digits. */
function exactly(part: unknown): unknown {
  if (typeof part === 'bigint') return exact.rawJSON(String(part));
  if (typeof part !== 'number' || !Number.isInteger(part) || Number.isSafeInteger(part)) return part;
  return exact.rawJSON(part.toExponential());
}

/** A deep copy as JSON: dates become text, undefined is left out. */
export const asJson = (value: unknown): JsonValue => readJson(writeJson(value)) as JsonValue;

/**
 * JSON with the keys of every object sorted and undefined left out: equal values give equal text, byte for
 * byte.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isObject(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : exactly(part),
  );
}
