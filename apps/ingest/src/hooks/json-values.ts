import { EvaluationError, isObject } from '@herald/domain';
import { Problem, parseJson } from '@herald/http';

/**
 * Makes a value safe for the CEL library, which recognises a plain object by its `constructor`: an object
 * with a field of that name would silently read as null. It reads a Map by its keys only.
 */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, readable(part)] as const);
  return Object.hasOwn(value, 'constructor') ? new Map(entries) : Object.fromEntries(entries);
}

/** `json(text)` in an expression: the value of JSON in a text. */
export const json = (text: string): unknown => readable(jsonIn(text));

/**
 * The value of JSON in a text, with the limits of a body. Throws an `EvaluationError` that says what is wrong
 * with it.
 */
export function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof Problem) throw new EvaluationError(`a text is not JSON: ${error.detail}`);
    throw error;
  }
}
