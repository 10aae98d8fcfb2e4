import { EvaluationError, isObject } from '@herald/domain';
import { Problem, parseJson } from '@herald/http';

/**
 * The library behind the expressions tells a plain object by its `constructor`: one with a field of that name
 * would read as null, without a word. A Map it reads by its keys alone.
 */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, readable(part)] as const);
  return Object.hasOwn(value, 'constructor') ? new Map(entries) : Object.fromEntries(entries);
}

/** `json(text)` in an expression: the value of JSON in a text, for the expression to read on. */
export const json = (text: string): unknown => readable(jsonIn(text));

/**
 * The value of JSON in a text, with the limits of a body; throws an `EvaluationError` that says what is wrong
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
